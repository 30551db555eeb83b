#include "agents/codex/command_text.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace troupe::agents::codex {

namespace {

constexpr auto shells =
  std::to_array<std::string_view>({"bash", "dash", "ksh", "sh", "zsh"});

bool is_shell(std::string_view program) {
  const auto name = program.substr(program.rfind('/') + 1);
  return std::ranges::find(shells, name) != shells.end();
}

/// Splits a line into words as a shell does, without acting on anything.
class word_reader {
public:
  explicit word_reader(std::string_view text) : text_(text) {}

  /// Nothing if a quote is left open, or an unquoted character means more than itself.
  std::optional<std::vector<std::string>> words() {
    while (at_ < text_.size())
      if (!step(text_[at_++]))
        return {};
    end_word();
    return std::move(words_);
  }

private:
  bool step(char c) {
    if (c == ' ') {
      end_word();
      return true;
    }
    open_ = true;
    if (c == '\'')
      return single_quoted();
    if (c == '"')
      return double_quoted();
    if (c == '\\')
      return escaped();
    word_ += c;
    return std::string_view("$`;&|<>()*?[]#~!{}\n\t").find(c) == std::string_view::npos;
  }

  bool single_quoted() {
    const auto end = text_.find('\'', at_);
    if (end == text_.npos)
      return false;
    word_ += text_.substr(at_, end - at_);
    at_ = end + 1;
    return true;
  }

  bool double_quoted() {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"')
        return true;
      if (c == '$' || c == '`')
        return false;
      const bool escape =
        c == '\\' && at_ < text_.size() &&
        std::string_view("$`\"\\").find(text_[at_]) != std::string_view::npos;
      word_ += escape ? text_[at_++] : c;
    }
    return false;
  }

  bool escaped() {
    if (at_ == text_.size())
      return false;
    word_ += text_[at_++];
    return true;
  }

  void end_word() {
    if (std::exchange(open_, false))
      words_.push_back(std::exchange(word_, {}));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string word_;
  bool open_ = false;
  std::vector<std::string> words_;
};

} // namespace

std::optional<std::string> script_in(std::string_view command) {
  auto words = word_reader(command).words();
  if (!words || words->empty())
    return {};
  if (words->size() == 3 && ((*words)[1] == "-c" || (*words)[1] == "-lc"))
    return std::move(words->back());
  if (is_shell(words->front()))
    return {};
  return std::string(command);
}

std::string shown_command(std::string_view command) {
  return script_in(command).value_or(std::string(command));
}

} // namespace troupe::agents::codex
