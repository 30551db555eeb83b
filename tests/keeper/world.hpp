#pragma once

#include "keeper/descriptor.hpp"
#include "keeper/keeper.hpp"
#include "keeper/lease.hpp"
#include "keeper/verbs.hpp"
#include "tests/support/stream.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::keeper {

/// The process that a keeper under test starts as its supervisor: hands its link to the
/// test through the Unix socket at `patron`, and lives until the test closes that.
int supervisor_stub(const char* patron);

/// Agents that do not want to die; see world.cpp.
int hostile_agent(const char* kind);

/// The test's end of a stub: speaks the wire, answers pings.
class fake_supervisor {
public:
  fake_supervisor(descriptor patron, descriptor link, int pid, std::uint64_t epoch);

  void send(const order& what) { send(what, epoch_); }
  void send(const order& what, std::uint64_t epoch);

  /// The next report of a kind that `wanted` accepts; those before it are kept for
  /// later.
  template <class T>
  std::optional<T> next(const std::function<bool(const T&)>& wanted = [](const T&) {
    return true;
  }) {
    std::optional<T> found;
    take([&](const report& r) {
      const auto* const body = std::get_if<T>(&r);
      if (!body || !wanted(*body))
        return false;
      found = *body;
      return true;
    });
    return found;
  }

  /// Whether any report of the kind is among those already read.
  template <class T>
  [[nodiscard]] bool has() const {
    return std::ranges::any_of(
      reports_, [](const report& r) { return std::holds_alternative<T>(r); });
  }

  [[nodiscard]] int pid() const { return pid_; }
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  [[nodiscard]] std::vector<descriptor>& pidfds() { return pidfds_; }
  void stop_answering() { answers_ = false; }
  /// Reads on until one more ping is answered; false if none comes.
  bool answer_a_ping();
  void leave() { patron_.reset(); }

private:
  void take(const std::function<bool(const report&)>& wanted);
  bool read_more(int wait_ms);
  void note_inputs(const report& what);

  descriptor patron_;
  descriptor link_;
  int pid_;
  std::uint64_t epoch_;
  bool answers_ = true;
  int answered_ = 0;
  test::line_reader lines_;
  std::deque<report> reports_;
  std::vector<descriptor> pidfds_;
  std::map<attempt_key, std::size_t> inputs_; ///< Where in pidfds_ each stdin is.
};

/// How a keeper under test runs.
struct conditions {
  std::string name;
  bool cgroup = true;
  bool cgroup_kill = true;
  bool as_user = false;
};

/// A keeper in a process of its own, with a state directory of its own.
class keeper_test : public testing::Test {
protected:
  void SetUp() override;
  void TearDown() override;

  void start_keeper(const conditions& how = {});
  /// Exit code of the keeper, once it has ended.
  int keeper_code();
  fake_supervisor accept_supervisor();

  /// An order that runs a shell script; its directory is made.
  spawn_order script(const std::string& text, std::uint32_t attempt = 1);
  spawned_report spawn(fake_supervisor& by, const spawn_order& what);
  std::string transcript(const char* file = "stdout.ndjson", int attempt = 1);
  /// Waits until the transcript contains the text.
  bool says(const std::string& text);
  /// Living processes that have this test's mark in their environment.
  std::vector<int> marked();
  bool none_marked();
  std::string log();
  std::string daemon_line();

  std::filesystem::path root_;
  keeper_options options_;
  std::string run_id_ = "r_test";
  int keeper_pid_ = 0;
  descriptor ready_;

private:
  [[noreturn]] void run_keeper(const conditions& how);

  descriptor patron_;
};

/// Waits until it is so; false if it was not within 10 s.
bool eventually(const std::function<bool()>& so);

/// Whether uid 1000 may run this test binary.
bool user_can_run();

/// Whether a keeper here would use cgroups.
bool cgroups_here();

} // namespace troupe::keeper
