/// pyplot's state: the open figures, which is current, and the pictures that were written.
#pragma once

#include <xgrad/plot/figure.hpp>
#include <xgrad/plot/render.hpp>

#include <sys/types.h>

#include <list>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace xgrad::plotting {

/// One for the program: see session(). Its destructor writes what is still open.
class Session {
 public:
  Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  std::mutex mutex;  ///< held by every function of plt
  Tools tools;
  std::string prefix;

  /// The current figure, a new one if there is none. The caller is going to change it.
  Figure& figure();
  /// The current axes, new ones if there are none. The caller is going to change them.
  Axes& axes();
  /// Makes the figure of that number current, or a new one of that (or the next free) number.
  void select_figure(std::optional<int> number, const Figure& fresh);

  void save(const std::string& path, std::optional<double> dpi);
  std::vector<std::string> show();
  void close();
  void close(int number);
  void close_all() { open_.clear(); }

 private:
  struct Open {
    Figure figure;
    bool saved = false;  ///< unchanged since it was written
  };

  Open& current();
  /// Writes a figure under a name made from its titles; nothing if there is no gnuplot.
  std::optional<std::string> write(const Figure& figure);
  std::string unused_name(const Figure& figure) const;

  std::list<Open> open_;  // the current one last
  std::set<std::string> written_;
  int next_number_ = 1;
  pid_t process_;  // a forked child must not write its parent's figures
};

Session& session();

/// The file name, without extension, that a figure's titles suggest: "training_curve_loss", "figure_1".
std::string suggested_name(const Figure& figure);

}  // namespace xgrad::plotting
