# awk -v expected=FILE -f samples.awk PAGE.md > PAGE.cpp
# Makes a program of the samples in a page: the ```cpp blocks that are directly followed by a plain block, which is what
# they print. Called with a number, the program runs that sample; FILE gets "=== sample N" and what it should print, for
# all of them. A block of #includes without output is what all samples start with.

BEGIN {
  print "#include <xgrad/xgrad.hpp>\n\n#include <cstdlib>\nusing namespace xgrad;\n"
  printf "" > expected
}

# Paragraphs of a sample that define a function or a type go before the function with the rest of it.
function emit_sample(   count, part, paragraph, i, first, top, body) {
  samples++
  count = split(code, paragraph, /\n\n/)
  for (i = 1; i <= count; i++) {
    part = paragraph[i]
    sub(/\n$/, "", part)
    first = part
    sub(/\n.*/, "", first)
    if (first ~ /\{$|^template </ && first !~ /^(for|if|while|try|\{)/ && part ~ /\n};?$/) top = top part "\n\n"
    else body = body part "\n"
  }
  printf "namespace sample_%d {\n%svoid run() {\n%s}\n}  // namespace sample_%d\n\n", samples, top, body, samples
  printf "=== sample %d\n%s", samples, output >> expected
}

state == "output" && /^```$/ { emit_sample(); state = ""; next }
state == "output" { output = output $0 "\n"; next }
state == "code" && /^```$/ { state = "after code"; next }
state == "code" { code = code $0 "\n"; next }
state == "after code" && /^```$/ { state = "output"; output = ""; next }
state == "after code" && code ~ /^#include/ { print code }
/^```cpp$/ { state = "code"; code = ""; next }
{ state = "" }

END {
  print "int main(int argc, char** argv) {\n  const int sample = argc > 1 ? std::atoi(argv[1]) : 0;\n  try {"
  for (i = 1; i <= samples; i++) printf "    if (sample == %d) sample_%d::run();\n", i, i
  print "  } catch (const Error& error) {\n    print(\"{}\", error.what());\n  }\n}"
  if (samples == 0) exit 1
}
