#include "bench/stress/figures.hpp"
#include "bench/stress/processes.hpp"
#include "bench/stress/servers.hpp"

#include <cstdio>

namespace troupe::stress {

namespace {

constexpr int resources_each = 10;
constexpr int calls_a_second = 500;
constexpr std::size_t opened_at_once = 64;
constexpr int news_pause_ms = 400; ///< A client is told four times a second at most.

std::uint64_t pss_of(const std::vector<int>& processes) {
  std::uint64_t kb = 0;
  for (const auto pid : processes)
    kb += pss_kb(pid);
  return kb;
}

double cpu_of(const std::vector<int>& processes) {
  double ms = 0;
  for (const auto pid : processes)
    ms += cpu_ms(pid);
  return ms;
}

/// The figures of a load, and what it cost those processes.
template <class Load>
json costing(const std::vector<int>& processes, Load load) {
  const auto before = cpu_of(processes);
  json figures = load();
  const auto us = (cpu_of(processes) - before) * 1000;
  figures["cpu_us_per_call"] = rounded(us / figures.at("n").get<double>());
  return figures;
}

/// One server and all its clients.
class door_load {
public:
  door_load(mcp_server& server, const plan& how) : server_(server), how_(how) {}

  json measure(int clients, int stdio_clients);

private:
  json starts();
  json open_web(int count);
  json open_stdio(int count);
  template <class Begin>
  json open_each(std::size_t count, Begin begin);
  json calls(const callers& who, const std::vector<int>& processes);
  json modern_calls();
  void tell(const char* what) const; ///< On stderr, that it comes next.
  json news();

  [[nodiscard]] callers all_web() const;
  [[nodiscard]] callers all_stdio() const;
  [[nodiscard]] std::vector<int> relays() const;
  [[nodiscard]] std::vector<int> everything() const;

  mcp_server& server_;
  const plan& how_;
  boost::asio::io_context on_{1};
  http_endpoint at_;
  std::vector<std::string> runs_;
  std::vector<std::unique_ptr<http_client>> web_;
  std::vector<std::unique_ptr<stdio_client>> stdio_;
  std::function<void(std::string_view, std::size_t)> told_;
};

/// From nothing to the answer to initialize.
json door_load::starts() {
  std::vector<double> took;
  for (int n = 0; n < how_.many(10); ++n) {
    const auto since = clock::now();
    http_client first(on_, server_.start(), "");
    bool begun = false;
    first.begin([&] { begun = true; });
    run_until(
      on_, [&] { return begun; }, "the answer to initialize");
    took.push_back(ms_since(since));
    server_.stop();
  }
  return spread(std::move(took));
}

template <class Begin>
json door_load::open_each(std::size_t count, Begin begin) {
  std::vector<double> took;
  std::size_t begun = 0;
  const auto since = clock::now();
  const std::function<void()> next = [&] {
    if (begun == count)
      return;
    begin(begun++, [&, asked = clock::now()] {
      took.push_back(ms_since(asked));
      next();
    });
  };
  for (std::size_t n = 0; n < opened_at_once; ++n)
    next();
  run_until(
    on_, [&] { return took.size() == count; }, "clients to be let in");
  auto figures = spread(std::move(took));
  tell("calls of all");
  figures["all"] = rounded(ms_since(since));
  return figures;
}

/// Each with its session, its stream, and subscriptions to all runs.
json door_load::open_web(int count) {
  std::vector<std::string> uris;
  for (const auto& run : runs_)
    uris.push_back("troupe://runs/" + run);
  for (std::size_t n = 0; n < static_cast<std::size_t>(count); ++n)
    web_.push_back(std::make_unique<http_client>(on_, at_, runs_[n % runs_.size()]));
  return open_each(web_.size(), [&](std::size_t n, const std::function<void()>& then) {
    auto* each = web_[n].get();
    each->begin([this, each, n, uris, then] {
      each->listen(
        [each, uris, then] { each->subscribe(uris, then); },
        [this, n](std::string_view uri) {
          if (told_)
            told_(uri, n);
        });
    });
  });
}

json door_load::open_stdio(int count) {
  const auto start = server_.over_stdio();
  stdio_.resize(static_cast<std::size_t>(count));
  return open_each(
    stdio_.size(), [&](std::size_t n, const std::function<void()>& then) {
      stdio_[n] = std::make_unique<stdio_client>(on_, start, runs_[n % runs_.size()]);
      stdio_[n]->begin(then);
    });
}

json door_load::calls(const callers& who, const std::vector<int>& processes) {
  const auto seconds = how_.many(10);
  json figures = json::object();
  figures["one_client"] =
    costing(processes, [&] { return call_in_turn(on_, *who[0], how_.many(1000)); });
  figures["steady"] =
    costing(processes, [&] { return call_at_rate(on_, who, calls_a_second, seconds); });
  figures["at_once"] =
    costing(processes, [&] { return call_at_once(on_, who, seconds); });
  return figures;
}

json door_load::modern_calls() {
  for (const auto& each : web_)
    each->be_modern();
  return calls(all_web(), server_.processes());
}

/// One change, until each client that watches is told of it.
json door_load::news() {
  std::vector<double> first;
  std::vector<double> each;
  std::vector<double> last;
  for (std::size_t round = 0; round < static_cast<std::size_t>(how_.many(20));
       ++round) {
    const auto which = round % runs_.size();
    const auto uri = "troupe://runs/" + runs_[which];
    std::vector<bool> knows(web_.size());
    std::vector<double> took;
    const auto since = clock::now();
    told_ = [&](std::string_view what, std::size_t who) {
      if (what != uri || knows[who])
        return;
      knows[who] = true;
      took.push_back(ms_since(since));
    };
    server_.change(which);
    run_until(
      on_, [&] { return took.size() == web_.size(); }, "news of " + uri);
    told_ = nullptr;
    first.push_back(took.front());
    last.push_back(took.back());
    each.insert(each.end(), took.begin(), took.end());
    run_for(on_, news_pause_ms);
  }
  return {
    {"to_first_client", spread(first)},
    {"to_each_client", spread(each)},
    {"to_last_client", spread(last)}};
}

callers door_load::all_web() const {
  callers all;
  for (const auto& each : web_)
    all.push_back(each.get());
  return all;
}

callers door_load::all_stdio() const {
  callers all;
  for (const auto& each : stdio_)
    all.push_back(each.get());
  return all;
}

std::vector<int> door_load::relays() const {
  std::vector<int> all;
  for (const auto& each : stdio_)
    all.push_back(each->pid());
  return all;
}

std::vector<int> door_load::everything() const {
  auto all = server_.processes();
  const auto more = relays();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

void door_load::tell(const char* what) const {
  std::fprintf(stderr, "troupe-stress: door: %s: %s\n", server_.name().c_str(), what);
}

json door_load::measure(int clients, int stdio_clients) {
  json figures{{"start_to_initialize_answer", starts()}};
  at_ = server_.start();
  figures["name"] = server_.name();
  runs_ = server_.runs(resources_each);
  run_for(on_, settle_ms);
  figures["pss_kb_without_clients"] = pss_of(server_.processes());
  tell("clients over HTTP");
  figures["http_clients_opened"] = open_web(clients);
  run_for(on_, settle_ms);
  figures["subscriptions"] = web_.size() * runs_.size();
  figures["pss_kb_with_http_clients"] = pss_of(server_.processes());
  tell("clients over stdio");
  figures["stdio_clients_opened"] = open_stdio(stdio_clients);
  run_for(on_, settle_ms);
  figures["pss_kb_with_all_clients"] = pss_of(server_.processes());
  figures["pss_kb_of_stdio_processes"] = pss_of(relays());
  tell("calls over HTTP");
  figures["http"] = calls(all_web(), server_.processes());
  tell("news");
  figures["news"] = news();
  tell("calls over stdio");
  figures["stdio"] = calls(all_stdio(), everything());
  auto all = all_web();
  for (auto* each : all_stdio())
    all.push_back(each);
  figures["all"] = calls(all, everything());
  if (server_.is_modern()) {
    tell("calls of 2026-07-28");
    figures["http_modern"] = modern_calls();
  }
  figures["pss_kb_after_the_calls"] = pss_of(server_.processes());
  return figures;
}

} // namespace

json measure_door(const plan& how) {
  const auto clients = how.many(1000);
  json figures;
  json views;
  {
    const auto server = troupe_server(how);
    door_load load(*server, how);
    figures["troupe"] = load.measure(clients, how.many(200));
    views = server->views();
  }
  const auto peer = sdk_server(how, views);
  if (!peer) {
    figures["sdk"] = peer.error().message;
    return figures;
  }
  door_load load(**peer, how);
  figures["sdk"] = load.measure(clients, how.many(20));
  return figures;
}

} // namespace troupe::stress
