/// What a benchmark is made of. This header includes neither library, so that xgrad's and libtorch's headers never meet
/// in one file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// The numbers of some tensors.
using Results = std::vector<std::vector<float>>;

/// Work that is ready to run: its inputs are there.
struct Job {
  std::function<void()> run;
  std::function<Results()> results;  ///< of the last run, to compare between libraries
};

/// A line of the table.
struct Row {
  std::string name;
  /// How many times faster than libtorch we want to be, with one thread and with two; 0: no goal.
  double goal_one = 0, goal_two = 0;
  std::function<Job()> setup;
  double per = 1;           ///< operations in a run; times are reported for one
  double tolerance = 1e-5;  ///< of results, relative to the largest of each tensor
};

/// One library's way to do the rows.
struct Side {
  std::string name;
  std::vector<Row> rows;
  std::function<void(int)> use_threads;
};

Side xgrad_side();
Side libtorch_side();  ///< only where libtorch was found
Side by_hand_side();
/// All of nn.functional, a table of its own.
Side xgrad_functional();
Side libtorch_functional();  ///< only where libtorch was found
/// Tensor operations, another table.
Side xgrad_operations();
Side libtorch_operations();  ///< only where libtorch was found

/// Bytes that this process grows by for each of `nodes` multiplications recorded in a graph.
double xgrad_node_bytes(int nodes);
double libtorch_node_bytes(int nodes);
/// And by one forward pass of attention, 8 heads of this length and 64 features, with what it keeps for its gradients.
double xgrad_attention_bytes(int length);
double libtorch_attention_bytes(int length);

/// The same numbers for all sides: uniform in [low, high).
void fill(float* to, std::size_t n, unsigned seed, float low, float high);
void fill(std::int64_t* to, std::size_t n, unsigned seed, std::int64_t high);
/// A folder with 60,000 random images in MNIST's files.
std::string image_folder();
/// Resident memory of this process.
double resident_bytes();

}  // namespace bench
