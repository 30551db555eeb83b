#pragma once

#include "agents/adapter.hpp"
#include "protocol/json.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace troupe::agents {

/// A recorded conversation: what the agent printed and what it was told, in order.
struct transcript {
  struct printed {
    std::string line;
  };
  using entry = std::variant<printed, agent_input>;

  std::string backend;
  attempt_plan plan; ///< As far as it shows in what was recorded.
  std::vector<entry> entries;
  process_end end;
};

/// Reads `{"dir":"in|out|err|exit|meta","line":…}` lines; the directory names the
/// agent. What the host wrote becomes the inputs that make an adapter write it. A
/// prompt given as an argument becomes a turn before everything else, as does the first
/// turn of an agent that is greeted before.
[[nodiscard]] transcript read_transcript(const std::filesystem::path& file);

/// What an adapter makes of it, one JSON text a line, as golden files hold it: events,
/// lines for stdin, ends of turns, and last how it ended. Long texts are shortened.
[[nodiscard]] std::vector<std::string> play(const transcript& t);

/// The recorded transcripts of all agents, in order of their names. The environment
/// variable TROUPE_TRANSCRIPTS names another directory to look in.
[[nodiscard]] std::vector<std::filesystem::path> transcript_files();

} // namespace troupe::agents
