#pragma once

#include "tests/e2e/client.hpp"
#include "tests/e2e/guard.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <sys/types.h>

namespace troupe::e2e {

/// A connection to the daemon and the client on it.
class connection {
public:
  /// Through `troupe mcp`.
  explicit connection(std::unique_ptr<testing::program> relay);

  /// On the socket itself, greeted.
  connection(keeper::descriptor link, const json& hello);

  client& operator*() { return *client_; }
  client* operator->() { return client_.get(); }
  [[nodiscard]] testing::program& relay() { return *relay_; }
  [[nodiscard]] testing::line_end& line() { return end_; }

private:
  std::unique_ptr<testing::program> relay_;
  testing::line_end end_;
  testing::line_end out_;
  std::unique_ptr<client> client_;
};

/// How a daemon holds its agents together.
enum class tier : std::uint8_t { cgroup, subtree, other_user };

[[nodiscard]] std::string tier_name(const ::testing::TestParamInfo<tier>& info);

/// The real programs, in a state directory of their own. After each test the daemon is
/// stopped and nothing of it may be left: no process, no cgroup. If the test's own
/// process is killed, a guard ends all of that.
class daemon_test : public ::testing::Test {
protected:
  daemon_test();
  void SetUp() override;
  void TearDown() override;

  /// Before the first program: how agents are held. Skips where that cannot be.
  void use(tier how);

  /// Before the first program: what newer kernels give is not used.
  void use_older_kernel();
  void configure(const std::string& yaml);

  /// troupe <arguments>, in this place.
  std::unique_ptr<testing::program> troupe(std::vector<std::string> arguments);

  /// `troupe mcp`, initialized; starts the daemon if need be.
  connection join();

  /// The daemon's socket, connected; nothing said yet.
  [[nodiscard]] keeper::descriptor dial() const;
  [[nodiscard]] json hello() const;
  connection join_socket();

  /// A spawn_run of the process backend on e2e_agent.
  json agent(std::vector<std::string> act, json more = json::object()) const;

  /// Starts one and gives its run_id.
  std::string spawn(client& by, std::vector<std::string> act, json more = {});

  /// Every process with this place in its arguments or environment, but ours.
  [[nodiscard]] std::vector<pid_t> processes() const;
  [[nodiscard]] std::vector<pid_t> agents() const;

  /// Every process with that run's id in its environment.
  [[nodiscard]] std::vector<pid_t> bearers(const std::string& run_id) const;

  /// What an attempt put on stdout, line by line.
  [[nodiscard]] std::vector<std::string>
  transcript(const std::string& run_id, int attempt) const;

  /// Cgroups of attempts.
  [[nodiscard]] std::vector<std::string> groups() const;

  [[nodiscard]] std::string described(const std::vector<pid_t>& pids) const;
  [[nodiscard]] pid_t keeper() const;
  [[nodiscard]] pid_t supervisor() const;
  /// With SIGKILL; returns when there is another.
  void kill_supervisor() const;
  /// Each has completed, or does, in one attempt, and said `line 1` to the last once.
  void
  expect_whole(client& me, const std::vector<std::string>& run_ids, int lines) const;
  [[nodiscard]] std::string log() const;

  testing::meeting_place place_;
  std::vector<std::string> environment_;
  std::vector<std::string> in_front_; ///< Of every program.
  std::string marker_;                ///< The last argument of every agent.

private:
  void clear_up() const;

  guard guard_; ///< Made last: it knows the rest.
};

/// Waits until it is so; only for what gives no event. False at the deadline.
[[nodiscard]] bool eventually(const std::function<bool()>& so);

/// Sends a signal to one process; never to a group, as kill(2) does for 0 and below.
[[nodiscard]] bool signal_one(pid_t pid, int signal);

/// Clock ticks that a process has computed for, itself and in the kernel.
[[nodiscard]] long cpu_ticks(pid_t pid);

/// What a process has open, by number; nothing if there is no such process.
using descriptors = std::map<std::string, std::string>;
[[nodiscard]] descriptors descriptors_of(pid_t pid);
[[nodiscard]] std::string listed(const descriptors& open);

[[nodiscard]] std::string agent_program();

} // namespace troupe::e2e
