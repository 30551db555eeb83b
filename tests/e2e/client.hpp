#pragma once

#include "tests/cli/fake_daemon.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::e2e {

/// What a tool answered. `bytes` is the size of structuredContent as it was sent.
struct tool_reply {
  bool failed = false;
  std::string text;
  json data;
  std::size_t bytes = 0;

  [[nodiscard]] std::string of(const char* member) const {
    return data.value(member, "");
  }
};

/// A client of the door, as much of one as a test needs. Waits for answers with the
/// deadline of line_end; a client that gets none fails the test.
class client {
public:
  client(testing::line_end* to, testing::line_end* from) : to_(to), from_(from) {}

  /// initialize and notifications/initialized.
  json enter(json capabilities = json::object());

  /// Sends without waiting; the id to give to `answer`.
  int send(std::string_view tool, json arguments);
  int request(std::string_view method, json params = json::object());

  /// The answer to a call, whenever it came.
  tool_reply answer(int id);
  json raw_answer(int id);

  /// The oldest notification or request of this method that was not taken yet, whenever
  /// it came.
  json told(std::string_view method);

  /// Answers a request of the server.
  void give(const json& request, json result);

  tool_reply call(std::string_view tool, json arguments) {
    return answer(send(tool, std::move(arguments)));
  }

  /// As call, and fails the test if the tool does.
  json must(std::string_view tool, json arguments);

  /// wait_runs until all of them are final; their briefs by run_id.
  std::map<std::string, json> ended(const std::vector<std::string>& run_ids);

  /// poll_events until one that is wanted, from after_seq on; null if the run ended
  /// before.
  json event_of(const std::string& run_id, const std::string& type, int after_seq = 0);

  /// Every event of a run that has ended, in order.
  std::vector<json> events(const std::string& run_id, int max_bytes = 1048576);

private:
  testing::line_end* to_;
  testing::line_end* from_;
  int asked_ = 0;
  void hear();

  std::map<int, json> come_;
  std::vector<json> told_;
  bool ended_ = false;
};

} // namespace troupe::e2e
