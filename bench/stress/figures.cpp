#include "bench/stress/figures.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace troupe::stress {

namespace {

std::vector<void (*)()> to_clean_up;

} // namespace

double rounded(double x) {
  return std::round(x * 1000) / 1000;
}

json spread(std::vector<double> of) {
  if (of.empty())
    of.push_back(0);
  std::ranges::sort(of);
  const auto at = [&](double share) {
    const auto rank = std::ceil(share * static_cast<double>(of.size()));
    return rounded(of[static_cast<std::size_t>(std::max(rank, 1.0)) - 1]);
  };
  return {
    {"n", of.size()},
    {"min", at(0)},
    {"p50", at(0.5)},
    {"p99", at(0.99)},
    {"max", at(1)}};
}

void give_up(const std::string& why) {
  std::fprintf(stderr, "troupe-stress: %s\n", why.c_str());
  for (const auto clean_up : std::exchange(to_clean_up, {}))
    clean_up();
  std::exit(1);
}

void on_giving_up(void (*clean_up)()) {
  if (std::ranges::find(to_clean_up, clean_up) == to_clean_up.end())
    to_clean_up.push_back(clean_up);
}

} // namespace troupe::stress
