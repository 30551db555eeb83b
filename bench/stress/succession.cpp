#include "bench/stress/agents.hpp"
#include "bench/stress/daemon.hpp"
#include "bench/stress/figures.hpp"
#include "bench/stress/processes.hpp"
#include "bench/stress/runs.hpp"
#include "bench/stress/scenarios.hpp"

#include <csignal>
#include <map>
#include <poll.h>

namespace troupe::stress {

namespace {

struct watched_run {
  std::string id;
  std::uint64_t seq = 0; ///< Of the last event seen.
  int pid = 0;           ///< As the agent itself told last.
};

/// Asks one question about every run, and again until `settles` likes the answer.
template <class Question, class Settles>
void ask_of_each(
  client& door,
  std::vector<watched_run>& runs,
  const char* tool,
  Question question,
  Settles settles) {
  std::map<std::uint64_t, watched_run*> open;
  const auto ask = [&](watched_run& run) {
    open[door.begin(tool, question(run))] = &run;
  };
  for (std::size_t asked = 0; asked < runs.size() || !open.empty();) {
    for (; asked < runs.size() && open.size() < in_flight; ++asked)
      ask(runs[asked]);
    const auto answer = door.next();
    auto& run = *open.extract(answer.id).mapped();
    if (!settles(run, answer.content))
      ask(run);
  }
}

/// What the agents have said since they were heard last; each must be the same process.
void hear_each(client& door, std::vector<watched_run>& runs) {
  const auto question = [](const watched_run& run) {
    return json{{"run_id", run.id}, {"after_seq", run.seq}, {"wait_ms", 20'000}};
  };
  ask_of_each(
    door, runs, "poll_events", question, [](watched_run& run, const json& page) {
      bool heard = false;
      for (const auto& event : page.at("events")) {
        run.seq = event.at("seq").get<std::uint64_t>();
        if (event.at("type") != "agent_message")
          continue;
        const auto word =
          must(parse_json(event.at("data").at("text").get<std::string>()));
        const int pid = word.at("pid");
        if (run.pid != 0 && run.pid != pid)
          give_up("run " + run.id + " has another process");
        run.pid = pid;
        heard = true;
      }
      if (!heard && page.at("status") != "running")
        give_up("a run was lost: " + print_json(page));
      return heard;
    });
}

void await_list(client& door, std::size_t count) {
  while (door.call("list_runs", {{"limit", 1}, {"status", "running"}}).at("total") !=
         count)
    poll(nullptr, 0, 1);
}

void await_answers(client& door, std::vector<watched_run>& runs) {
  const auto question = [](const watched_run& run) { return json{{"run_id", run.id}}; };
  ask_of_each(
    door, runs, "get_run", question, [](const watched_run&, const json& view) {
      if (view.at("status") != "running" || view.value("restarts", 0) != 0)
        give_up("a run was lost: " + print_json(view));
      return true;
    });
}

struct times {
  std::vector<double> list;
  std::vector<double> answers;
  std::vector<double> events;
};

/// The agents speak while nobody manages them.
void succeed(const daemon& at, std::vector<watched_run>& runs, times& taken) {
  poll(nullptr, 0, settle_ms);
  const auto supervisor = at.supervisor();
  const auto since = clock::now();
  kill(supervisor, SIGKILL);
  for (const auto& run : runs)
    kill(run.pid, SIGUSR1);
  await_end(supervisor);
  client door(at.socket());
  await_list(door, runs.size());
  taken.list.push_back(ms_since(since));
  await_answers(door, runs);
  taken.answers.push_back(ms_since(since));
  hear_each(door, runs);
  taken.events.push_back(ms_since(since));
}

json recovery(const daemon& at, std::vector<watched_run>& runs) {
  times taken;
  const auto processes = children_of(at.keeper()).size();
  for (int n = 0; n < 5; ++n)
    succeed(at, runs, taken);
  if (children_of(at.keeper()).size() != processes)
    give_up("there are not as many processes as before");
  return {
    {"runs", runs.size()},
    {"kill_to_complete_list", spread(taken.list)},
    {"kill_to_all_answering", spread(taken.answers)},
    {"kill_to_an_event_of_each", spread(taken.events)},
    {"lost", 0}};
}

} // namespace

json measure_succession(const plan& how) {
  daemon at(how.troupe);
  at.start();
  const auto agent = process_run(announcer());
  std::vector<watched_run> runs;
  json figures = json::object();
  for (const int count : {200, 1000}) {
    client door(at.socket());
    const auto more = static_cast<std::size_t>(how.many(count)) - runs.size();
    std::vector<watched_run> joined;
    for (auto& id : spawn_many(door, agent, more, in_flight))
      joined.push_back({std::move(id)});
    hear_each(door, joined);
    runs.insert(runs.end(), joined.begin(), joined.end());
    figures[std::to_string(runs.size())] = recovery(at, runs);
  }
  return figures;
}

} // namespace troupe::stress
