#include "bench/stress/figures.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace troupe::stress {

namespace {

void (*clean_up_at_the_end)() = nullptr;

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
  if (clean_up_at_the_end)
    clean_up_at_the_end();
  std::exit(1);
}

void on_giving_up(void (*clean_up)()) {
  clean_up_at_the_end = clean_up;
}

} // namespace troupe::stress
