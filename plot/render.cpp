#include <xgrad/autograd/array/atomic_file.hpp>
#include <xgrad/autograd/array/error.hpp>
#include <xgrad/plot/glyphs.hpp>
#include <xgrad/plot/process.hpp>
#include <xgrad/plot/render.hpp>
#include <xgrad/plot/text.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace xgrad::plotting {
namespace {

namespace fs = std::filesystem;

/// The installed characters; nothing when fontconfig's tool is not there to ask.
const Glyphs* installed_glyphs(const Tools& tools) {
  // Never destroyed: figures that are open at the end of the program are drawn by a static destructor.
  static const Glyphs* const glyphs = [&]() -> const Glyphs* {
    ScratchFile list;
    if (!run_process({tools.fc_list, "--format", "%{charset}\\n"}, "", list.descriptor()).ok()) return nullptr;
    return new Glyphs(list.contents());
  }();
  return glyphs;
}

/// Replaces what no font can draw, and tells.
void make_drawable(Layout& layout, const Tools& tools) {
  const Glyphs* glyphs = installed_glyphs(tools);
  if (!glyphs) return;
  if (glyphs->empty()) {
    static std::atomic<bool> told = false;
    if (!told.exchange(true))
      say("no fonts are installed, pictures will have no text (try: apt install fonts-dejavu-core)");
    return;
  }
  std::string missing;
  const auto replace = [&](std::vector<Text>& texts) {
    for (Text& t : texts) t.line = glyphs->drawable(t.line, missing);
  };
  replace(layout.texts);
  for (AxesLayout& a : layout.axes) replace(a.texts);
  if (!missing.empty()) {
    say(
        fmt::format("no installed font has the characters \"{}\": the picture shows boxes (for Chinese, Japanese and "
                    "Korean try: apt install fonts-noto-cjk)",
                    missing));
  }
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

/// What gnuplot cannot be told: a viewer without DejaVu Sans takes a font of the same widths, or at least one without
/// serifs; the pixels of an image stay squares; no names of gnuplot's appear under the mouse.
std::string with_hints_for_viewers(std::string svg) {
  replace_all(svg, " font-family=\"DejaVu Sans\" font-size=",
              " font-family=\"DejaVu Sans, Bitstream Vera Sans, Verdana, sans-serif\" font-size=");
  replace_all(svg, "<image x=", "<image image-rendering='optimizeSpeed' style='image-rendering:pixelated' x=");
  constexpr std::string_view kEnd = "</title>";
  for (std::size_t at = 0; (at = svg.find("<title>", at)) != std::string::npos;) {
    svg.erase(at, svg.find(kEnd, at) + kEnd.size() - at);
  }
  return svg;
}

bool is_complete(std::string_view picture, Format format) {
  if (format == Format::kSvg) return picture.ends_with("</svg>\n\n") || picture.ends_with("</svg>\n");
  constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n", kEnd = "IEND\xae\x42\x60\x82";
  return picture.starts_with(kSignature) && picture.ends_with(kEnd);
}

std::string trimmed(std::string text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
  text.erase(0, std::min(text.find_first_not_of(" \n\r\t"), text.size()));
  return text;
}

bool tell_missing_once(const std::string& gnuplot) {
  static std::atomic<bool> told = false;
  if (!told.exchange(true)) {
    say(fmt::format("no picture: gnuplot is not installed ('{}' not found). To get pictures: apt install gnuplot-nox",
                    gnuplot));
  }
  return false;
}

}  // namespace

void say(const std::string& message) { std::fprintf(stderr, "plt: %s\n", message.c_str()); }

Format format_of(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (extension == ".png") return Format::kPng;
  if (extension == ".svg") return Format::kSvg;
  fail<ValueError>("Format '{}' is not supported (supported formats: png, svg), in savefig(\"{}\")",
                   extension.empty() ? "" : extension.substr(1), path.string());
}

bool render(const Figure& figure, const fs::path& path, double dpi, const Tools& tools) {
  const Format format = format_of(path);
  Layout layout = lay_out(figure, dpi);
  if (format == Format::kPng) make_drawable(layout, tools);
  AtomicFile file(path.string());
  ScratchFile drawn;
  const ProcessResult run =
      run_process({tools.gnuplot, "-d"}, gnuplot_script(figure, layout, format), drawn.descriptor());
  if (!run.found) return tell_missing_once(tools.gnuplot);

  std::string picture = drawn.contents();
  if (run.status > 0 || !is_complete(picture, format)) {
    std::string words = trimmed(run.error);
    if (words.empty()) words = run.status > 0 ? fmt::format("exit status {}", run.status) : "disk full?";
    fail("gnuplot could not draw '{}':\n{}", path.string(), words);
  }
  if (format == Format::kSvg) picture = with_hints_for_viewers(std::move(picture));
  file.write(picture.data(), picture.size());
  file.commit();
  return true;
}

}  // namespace xgrad::plotting
