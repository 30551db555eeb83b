#include "tests/e2e/agent_oracle.hpp"
#include "tests/e2e/daemon.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <poll.h>
#include <random>
#include <sstream>

namespace troupe::e2e {

namespace {

/// How often what is killed: TROUPE_ORACLE="<kills> <agents>", TROUPE_SEED.
struct storm {
  std::size_t kills = 8;
  std::size_t agents = 16;
  unsigned seed = std::random_device()();

  storm() {
    if (const auto* told = std::getenv("TROUPE_ORACLE"))
      std::istringstream(told) >> kills >> agents;
    if (const auto* told = std::getenv("TROUPE_SEED"))
      std::istringstream(told) >> seed;
  }
};

/// What a run said, one process after another.
struct account {
  std::map<std::string, std::size_t> lines; ///< By attempt.
  std::string last;                         ///< The attempt that spoke last.
  std::string end;

  /// The attempt that ended well knows how much it said; nothing is one too.
  [[nodiscard]] bool is_whole() const {
    std::istringstream parts(end);
    std::string word;
    oracle_line line;
    parts >> word >> line.attempt >> line.n;
    const auto said = lines.find(line.attempt);
    return parts && line.n == (said == lines.end() ? 0 : said->second) &&
           (line.n == 0 || line.attempt == last);
  }
};

class output : public daemon_test {
protected:
  /// Any call brings a dead daemon back.
  void kill_keeper(connection& me) {
    const auto old = keeper();
    ASSERT_TRUE(signal_one(old, SIGKILL));
    ASSERT_TRUE(eventually([&] {
      me->call("list_runs", {{"limit", 1}});
      const auto now = keeper();
      return now != old && signal_one(now, 0) && supervisor() > 0;
    }))
      << log();
  }

  /// Between two blows there is time for anything, or for nothing.
  void strike(connection& me, const storm& how) {
    std::mt19937 chance(how.seed);
    for (std::size_t i = 0; i < how.kills && !HasFatalFailure(); ++i) {
      poll(nullptr, 0, static_cast<int>(chance() % 150));
      if (chance() % 4 == 0)
        kill_keeper(me);
      else
        kill_supervisor();
    }
  }

  account heard(client& me, const std::string& run_id, std::size_t attempts) const {
    account all;
    std::vector<std::string> said;
    std::uint64_t seq = 0;
    for (const auto& event : me.events(run_id)) {
      EXPECT_EQ(event["seq"], ++seq) << run_id;
      if (event["type"] != "agent_message")
        continue;
      const std::string text = event["data"]["text"];
      said.push_back(text);
      if (oracle_line line; line.read(text)) {
        EXPECT_EQ(line.n, ++all.lines[line.attempt]) << run_id << " " << text;
        all.last = line.attempt;
      } else if (text.starts_with("end ") && all.end.empty())
        all.end = text;
      else
        ADD_FAILURE() << run_id << " said: " << text;
    }
    is_what_was_written(run_id, attempts, said);
    return all;
  }

  void is_what_was_written(
    const std::string& run_id,
    std::size_t attempts,
    const std::vector<std::string>& said) const {
    std::vector<std::string> written;
    for (std::size_t n = 1; n <= attempts; ++n)
      for (auto& line : transcript(run_id, static_cast<int>(n)))
        written.push_back(std::move(line));
    EXPECT_EQ(said.size(), written.size()) << run_id;
    EXPECT_TRUE(said == written) << run_id << ": told otherwise than it was written";
  }

  /// Each attempt ran once at most, and none beside another.
  static void never_doubled(const std::string& ran) {
    std::ifstream file(ran);
    std::map<int, int> times;
    for (int n = 0; file >> n;)
      EXPECT_EQ(++times[n], 1) << ran << ": attempt " << n;
    EXPECT_FALSE(times.contains(0)) << ran << ": two lived at once";
  }
};

} // namespace

TEST_F(output, OfEveryAttemptIsWholeWhateverIsKilled) {
  const storm how;
  RecordProperty("seed", std::to_string(how.seed));
  std::printf("TROUPE_SEED=%u\n", how.seed);
  const auto enough = place_.path() / "enough";
  const auto pause = std::to_string(std::max<std::size_t>(2, how.agents / 4));
  configure("limits:\n  spawns_per_minute: 1000000\n");
  auto me = join();
  std::vector<std::string> run_ids;
  for (std::size_t i = 0; i < how.agents; ++i)
    run_ids.push_back(spawn(
      *me,
      {"oracle", enough.string(), std::to_string(i), pause},
      {{"limits", {{"output_mb", 256}}},
       {"restart",
        {{"type", "transient"},
         {"max_restarts", 1000},
         {"backoff_ms", 1},
         {"backoff_max_ms", 20}}}}));
  strike(me, how);
  std::ofstream(enough) << "enough";
  std::size_t attempts = 0;
  std::size_t lines = 0;
  for (const auto& [run_id, brief] : me->ended(run_ids)) {
    const auto run = me->must("get_run", {{"run_id", run_id}});
    EXPECT_EQ(run["status"], "completed") << print_json(run) << log();
    const auto all = heard(*me, run_id, brief["restarts"].get<std::size_t>() + 1);
    EXPECT_TRUE(all.is_whole()) << run_id << " " << all.end << ", last " << all.last;
    attempts += all.lines.size();
    for (const auto& [attempt, n] : all.lines)
      lines += n;
  }
  for (std::size_t i = 0; i < how.agents; ++i)
    never_doubled(enough.string() + "." + std::to_string(i) + ".ran");
  EXPECT_TRUE(agents().empty()) << described(agents());
  EXPECT_EQ(me->must("list_runs", json::object())["total"], how.agents);
  std::printf("%zu kills, %zu attempts, %zu lines\n", how.kills, attempts, lines);
}

} // namespace troupe::e2e
