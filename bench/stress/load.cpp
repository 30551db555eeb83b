#include "bench/stress/load.hpp"

#include "bench/stress/figures.hpp"

#include <boost/asio/steady_timer.hpp>

#include <deque>

namespace troupe::stress {

namespace {

constexpr int load_patience_ms = 600'000;

json load_figures(std::vector<double> took, double ms) {
  const auto answers = static_cast<double>(took.size());
  auto figures = spread(std::move(took));
  figures["per_second"] = rounded(answers * 1000 / ms);
  return figures;
}

/// Calls that become due at a steady rate.
class timetable {
public:
  timetable(boost::asio::io_context& on, const callers& who, int per_second, int total)
    : on_(on), next_(on), gap_(std::chrono::nanoseconds(1'000'000'000) / per_second),
      total_(static_cast<std::size_t>(total)), lines_(who.size()) {
    for (std::size_t n = 0; n < who.size(); ++n)
      lines_[n].who = who[n];
  }

  std::vector<double> keep() {
    began_ = clock::now();
    tick();
    run_until(
      on_, [this] { return took_.size() == total_; }, "calls that were due");
    return std::move(took_);
  }

private:
  struct line {
    caller* who = nullptr;
    std::deque<clock::time_point> due;
    bool asks = false;
  };

  [[nodiscard]] clock::time_point due_at(std::size_t call) const {
    return began_ + gap_ * static_cast<std::int64_t>(call);
  }

  void tick() {
    for (; called_ < total_ && due_at(called_) <= clock::now(); ++called_) {
      auto& next = lines_[called_ % lines_.size()];
      next.due.push_back(due_at(called_));
      go(next);
    }
    if (called_ == total_)
      return;
    next_.expires_at(due_at(called_));
    next_.async_wait([this](boost::system::error_code) { tick(); });
  }

  void go(line& which) {
    if (which.asks || which.due.empty())
      return;
    which.asks = true;
    const auto due = which.due.front();
    which.due.pop_front();
    which.who->call([this, at = &which, due] {
      took_.push_back(ms_since(due));
      at->asks = false;
      go(*at);
    });
  }

  boost::asio::io_context& on_;
  boost::asio::steady_timer next_;
  clock::time_point began_;
  std::chrono::nanoseconds gap_;
  std::size_t total_;
  std::size_t called_ = 0;
  std::vector<line> lines_;
  std::vector<double> took_;
};

} // namespace

void run_until(
  boost::asio::io_context& on,
  const std::function<bool()>& done,
  const std::string& what) {
  const auto since = clock::now();
  while (!done()) {
    if (ms_since(since) > load_patience_ms)
      give_up("waited ten minutes for " + what);
    on.restart();
    on.run_one_for(std::chrono::seconds(1));
  }
}

void run_for(boost::asio::io_context& on, int ms) {
  on.restart();
  on.run_for(std::chrono::milliseconds(ms));
}

json call_in_turn(boost::asio::io_context& on, caller& who, int times) {
  std::vector<double> took;
  const auto since = clock::now();
  for (int n = 0; n < times; ++n) {
    const auto asked = clock::now();
    bool answered = false;
    who.call([&] { answered = true; });
    run_until(
      on, [&] { return answered; }, "one call");
    took.push_back(ms_since(asked));
  }
  return load_figures(std::move(took), ms_since(since));
}

json call_at_rate(
  boost::asio::io_context& on, const callers& who, int per_second, int seconds) {
  const auto since = clock::now();
  auto took = timetable(on, who, per_second, per_second * seconds).keep();
  return load_figures(std::move(took), ms_since(since));
}

json call_at_once(boost::asio::io_context& on, const callers& who, int seconds) {
  const auto since = clock::now();
  const auto until = since + std::chrono::seconds(seconds);
  std::vector<double> took;
  auto calling = who.size();
  const std::function<void(caller*)> go = [&](caller* each) {
    if (clock::now() >= until) {
      --calling;
      return;
    }
    each->call([&, each, asked = clock::now()] {
      took.push_back(ms_since(asked));
      go(each);
    });
  };
  for (auto* each : who)
    go(each);
  run_until(
    on, [&] { return calling == 0; }, "all calls");
  return load_figures(std::move(took), ms_since(since));
}

} // namespace troupe::stress
