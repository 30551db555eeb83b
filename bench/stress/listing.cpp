#include "bench/stress/daemon.hpp"
#include "bench/stress/figures.hpp"
#include "bench/stress/runs.hpp"
#include "bench/stress/scenarios.hpp"
#include "protocol/identity.hpp"
#include "store/run_files.hpp"

namespace troupe::stress {

namespace {

store::run_record ended_run(int n) {
  const auto now = wall_now();
  store::run_record run;
  auto& v = run.view;
  v.run_id = new_run_id(now);
  v.agent_name = "agent-" + std::to_string(n);
  v.backend = "claude_code";
  v.role = "worker";
  v.session_id = new_uuid();
  v.status = run_status::completed;
  v.phase = run_phase::completed;
  v.cwd = "/home/someone/projects/project-" + std::to_string(n % 10);
  v.summary = "All tests pass; the change is on branch fix-" + std::to_string(n);
  v.last_seq = 250;
  v.created_at = v.updated_at = now;
  v.metadata.text = "{}";
  v.result.emplace().final_response = "Done.";
  return run;
}

void write_runs(const std::string& state, int count) {
  const store::layout disk{state};
  for (int n = 0; n < count; ++n) {
    const auto run = ended_run(n);
    store::launch_record launch{.backend_type = "claude_code", .prompt = "x"};
    launch.backend_config.text = "{}";
    if (!store::create_run(disk, run, launch) || !store::save_run(disk, run))
      give_up("cannot write a run below " + state);
  }
}

json pages(client& door, const json& question, int times) {
  std::vector<double> each;
  std::size_t bytes = 0;
  door.call("list_runs", question);
  for (int n = 0; n < times; ++n) {
    const auto since = clock::now();
    door.begin("list_runs", question);
    bytes = door.next_line().size();
    each.push_back(ms_since(since));
  }
  auto figures = spread(each);
  figures["answer_bytes"] = bytes;
  return figures;
}

} // namespace

json measure_listing(const plan& how) {
  daemon at(how.troupe);
  const auto runs = how.many(1000);
  write_runs(at.state(), runs);
  const auto since = clock::now();
  at.start();
  client door(at.socket());
  const auto total = door.call("list_runs", {{"limit", 1}}).at("total");
  json figures{{"runs", total}, {"start_to_complete_list", rounded(ms_since(since))}};
  figures["page_of_20"] = pages(door, {{"limit", 20}}, how.many(500));
  figures["page_of_100"] = pages(door, {{"limit", 100}}, how.many(500));
  figures["get_run"] = [&] {
    const auto page = door.call("list_runs", {{"limit", 1}});
    const auto run = page.at("runs").at(0).at("run_id");
    std::vector<double> each;
    for (int n = 0; n < how.many(500); ++n) {
      const auto asked = clock::now();
      door.call("get_run", {{"run_id", run}});
      each.push_back(ms_since(asked));
    }
    return spread(each);
  }();
  return figures;
}

} // namespace troupe::stress
