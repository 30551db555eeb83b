#pragma once

#include "mcp/conversation.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

/// The server that MCP's conformance suite wants to see (its fixtures), on the library
/// that Troupe stands on. Knows no agents.
namespace troupe::conformance {

class fixture;

/// One request of one client that is being answered.
struct playing {
  fixture* by = nullptr;
  std::uint64_t client = 0;
  std::uint64_t number = 0;
  std::shared_ptr<const mcp::request> asked;

  void reply(mcp::settlement what) const;
  void text(const std::string& words) const;
  void progress(double done, double all) const;
  void log(const std::string& words) const;
  /// For a transport with streams: ends that of this request; the client comes again.
  void close_stream(std::chrono::milliseconds retry) const;
  void later(std::chrono::milliseconds delay, std::function<void()> then) const;
};

/// A tool and what it does.
struct fixture_tool {
  mcp::tool shown;
  void (*play)(const playing& p, const json& arguments);
};

/// A call that goes on as a task, in the memory of the fixture.
struct fixture_task {
  std::string id;
  std::string status = "working";
  timestamp since;
  timestamp changed;
  json requests = json::object(); ///< Inputs that it waits for.
  json given = json::object();
  std::variant<std::monostate, mcp::tool_data, mcp::complaint, mcp::result_fields>
    result;
  json error;                               ///< Of one that failed.
  std::function<void(fixture_task&)> go_on; ///< All inputs are there.
};

class fixture {
public:
  /// Says a line to a client; `about` is the printed id of its request, or empty.
  using say_to =
    std::function<void(std::uint64_t client, std::string line, std::string about)>;

  explicit fixture(say_to said);
  ~fixture();
  fixture(const fixture&) = delete;
  fixture& operator=(const fixture&) = delete;

  [[nodiscard]] const mcp::offer& offered() const { return *offered_; }

  // What happens, on any thread.
  void opened(std::uint64_t client);
  void said(std::uint64_t client, std::string_view line);
  void closed(std::uint64_t client);

private:
  friend struct playing;

  void obey(std::uint64_t client, mcp::orders all);
  void play(const playing& p);
  void later(std::chrono::milliseconds delay, std::function<void()> then);
  void watch_clock();
  void lists_changed(mcp::changing_list which);

public:
  /// A list was changed: whoever listens is told. Under the lock.
  void change(mcp::changing_list which) { lists_changed(which); }
  /// Under the lock.
  fixture_task& begin_task();
  std::map<std::string, fixture_task> tasks;

private:
  using clock = std::chrono::steady_clock;

  say_to say_;
  std::shared_ptr<const mcp::offer> offered_;
  std::shared_ptr<const mcp::seal> seals_;
  std::recursive_mutex lock_;
  std::condition_variable_any alarm_;
  std::multimap<clock::time_point, std::function<void()>> due_;
  std::map<std::uint64_t, mcp::conversation> clients_;
  bool over_ = false;
  std::thread hands_; ///< Does what is due.
};

/// The tables of the fixture.
[[nodiscard]] const std::vector<fixture_tool>& tools();
void add_content_tools(std::vector<fixture_tool>& all);
void add_round_tools(std::vector<fixture_tool>& all);
void add_task_tools(std::vector<fixture_tool>& all);

[[nodiscard]] const std::vector<mcp::prompt>& prompts();
void play_prompt(const playing& p, const mcp::prompt_get& get);
[[nodiscard]] const std::vector<mcp::resource_template>& templates();
[[nodiscard]] mcp::settlement read(const std::string& uri);
[[nodiscard]] json listed_resources();
void play_task(
  const playing& p,
  const mcp::task_look* look,
  const mcp::task_update* update,
  const mcp::task_cancel* cancel);

[[nodiscard]] json object_of(json properties, json needed = json::array());
[[nodiscard]] json text_block(std::string_view text);
[[nodiscard]] mcp::result_fields content(json blocks);

inline constexpr const char* png =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAA"
  "BJRU5ErkJggg==";
inline constexpr const char* wav =
  "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

} // namespace troupe::conformance
