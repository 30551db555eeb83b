#pragma once

#include "agents/agent_line.hpp"
#include "protocol/messages.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::agents::acp {

class permissions;
class tool_calls;

/// `fs/read_text_file` and `fs/write_text_file`: asked of the host as a file_request,
/// answered when it has come back. Which files may be touched the host sees to; what
/// the policy denies is not even asked for.
class files {
public:
  static constexpr std::size_t waiting_max = 64;

  /// What is read for an agent is recorded; an attempt may have this much of it.
  static constexpr std::size_t read_bytes_max = std::size_t{64} * 1024 * 1024;

  /// Gemini reads a file before it makes it, and takes no error for an answer:
  /// `lenient` answers that what is not there is empty.
  void be_lenient() { lenient_ = true; }

  void request(
    std::string_view method, const json& line, const permissions& permitted, step& out);

  void answer(const file_answer& came, tool_calls& calls, step& out);

private:
  struct asked {
    json id;
    std::string path;
    bool writes = false;
    std::optional<std::int64_t> first_line; ///< From 1.
    std::optional<std::int64_t> lines;
  };

  void read(const asked& what, const file_answer& came, step& out) const;

  std::deque<asked> waiting_;
  std::size_t read_bytes_ = 0;
  bool lenient_ = false;
};

} // namespace troupe::agents::acp
