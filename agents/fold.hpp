#pragma once

#include "agents/adapter.hpp"
#include "protocol/lines.hpp"

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::agents {

struct folded_event {
  event what;
  event_source src;
};

struct numbered_line {
  std::uint64_t n = 0;
  std::string text;
};

/// What folding some bytes or an input gave.
struct folded {
  std::vector<folded_event> events;
  std::vector<numbered_line> lines; ///< For stdin.
  std::vector<file_request> files;  ///< Without those whose answers were recorded.
  bool close_stdin = false;
  bool spoke = false;         ///< At least one line was folded.
  bool receipts_only = false; ///< All of them are receipts: no sign that it works.
  std::optional<turn_end> ended;
};

/// Folds one attempt: stdout and inputs merged by offset through its adapter. Starting
/// over with the same transcript and the recorded inputs gives the same events and
/// lines; events up to the watermark are left out, because they were told before.
class fold {
public:
  /// Lines longer than this reach the adapter cut.
  static constexpr std::size_t line_bytes_max = 16 * 1024 * 1024;

  fold(
    std::unique_ptr<adapter> speaks,
    std::uint32_t attempt,
    std::vector<agent_input> recorded,
    std::optional<event_source> watermark);

  /// Folds the inputs recorded before the first byte.
  void begin(folded& out);

  /// Bytes of stdout that follow those given before.
  void push(std::string_view bytes, folded& out);

  /// A new input at the present position. Requires caught_up().
  void say(const agent_input& said, folded& out);

  /// The transcript ends here: folds a last line without newline, then the end itself,
  /// whose events come after those of every input.
  void finish(folded& out);

  /// Whether every recorded input has been folded.
  [[nodiscard]] bool caught_up() const { return recorded_.empty(); }
  [[nodiscard]] std::uint64_t offset() const { return splitter_.offset(); }
  [[nodiscard]] std::uint64_t inputs() const { return inputs_; }
  [[nodiscard]] const adapter& speaker() const { return *speaks_; }

private:
  void fold_line(const line_splitter::line& line, folded& out);
  void fold_due_inputs(folded& out);
  void take(step&& taken, event_source src, folded& out);

  std::unique_ptr<adapter> speaks_;
  std::uint32_t attempt_;
  std::list<agent_input> recorded_; ///< Nothing while it is empty.
  std::optional<event_source> watermark_;
  line_splitter splitter_;
  std::uint64_t inputs_ = 0;
  std::uint64_t lines_sent_ = 0;
  std::size_t files_answered_; ///< By what was recorded.
  std::size_t files_asked_ = 0;
};

} // namespace troupe::agents
