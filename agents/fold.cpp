#include "agents/fold.hpp"

#include <algorithm>

namespace troupe::agents {

fold::fold(
  std::unique_ptr<adapter> speaks,
  std::uint32_t attempt,
  std::vector<agent_input> recorded,
  std::optional<event_source> watermark)
  : speaks_(std::move(speaks)), attempt_(attempt),
    recorded_(recorded.begin(), recorded.end()), watermark_(watermark),
    splitter_(line_bytes_max),
    files_answered_(static_cast<std::size_t>(
      std::ranges::count(recorded, input_kind::file, &agent_input::kind))) {}

void fold::begin(folded& out) {
  fold_due_inputs(out);
}

void fold::push(std::string_view bytes, folded& out) {
  splitter_.push(bytes);
  line_splitter::line line{};
  while (splitter_.next(line)) {
    fold_line(line, out);
    fold_due_inputs(out);
  }
}

void fold::say(const agent_input& said, folded& out) {
  step taken;
  ++inputs_;
  speaks_->input(said, taken);
  take(std::move(taken), {attempt_, splitter_.offset(), inputs_}, out);
}

void fold::finish(folded& out) {
  line_splitter::line line{};
  if (splitter_.rest(line))
    fold_line(line, out);
  while (!recorded_.empty()) {
    const auto said = std::move(recorded_.front());
    recorded_.pop_front();
    say(said, out);
  }
  step last;
  speaks_->over(last);
  take(std::move(last), {attempt_, splitter_.offset(), inputs_ + 1}, out);
}

void fold::fold_line(const line_splitter::line& line, folded& out) {
  step taken;
  speaks_->line(line.text, line.cut, taken);
  out.receipts_only = taken.is_receipt && (out.receipts_only || !out.spoke);
  out.spoke = true;
  take(std::move(taken), {attempt_, line.end_offset, inputs_}, out);
}

void fold::fold_due_inputs(folded& out) {
  while (!recorded_.empty() && recorded_.front().at_offset <= splitter_.offset()) {
    const auto said = std::move(recorded_.front());
    recorded_.pop_front();
    say(said, out);
  }
}

void fold::take(step&& taken, event_source src, folded& out) {
  for (auto& each : taken.events) {
    if (!watermark_ || src > *watermark_)
      out.events.push_back({std::move(each), src});
    ++src.index;
  }
  for (auto& text : taken.lines)
    out.lines.push_back({++lines_sent_, std::move(text)});
  for (auto& wanted : taken.files)
    if (++files_asked_ > files_answered_)
      out.files.push_back(std::move(wanted));
  out.close_stdin = out.close_stdin || taken.close_stdin;
  if (taken.ended)
    out.ended = std::move(taken.ended);
}

} // namespace troupe::agents
