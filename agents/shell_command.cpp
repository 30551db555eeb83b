#include "agents/shell_command.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace troupe::agents {

namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view operators = ";&|\n";
constexpr std::string_view always_sharp = ";&|\n<>()`";

constexpr auto command_takers = std::to_array<std::string_view>(
  {"!",     "{",     "builtin", "command", "do",   "elif",  "else", "env",
   "exec",  "if",    "nice",    "nohup",   "sudo", "then",  "time", "until",
   "while", "xargs", "eval",    "timeout", "doas", "setsid"});

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

class reader {
public:
  explicit reader(std::string_view text) : text_(text) {
    command_.text = text;
    command_.sharp.assign(text.size(), false);
  }

  shell_command read() {
    while (at_ < text_.size())
      step();
    if (quote_ != 0)
      lose(opened_at_);
    return std::move(command_);
  }

private:
  void step() {
    const char c = text_[at_];
    if (quote_ == '\'')
      quote_ = c == '\'' ? '\0' : quote_;
    else if (c == '\\')
      ++at_;
    else if (c == '$')
      dollar();
    else if (quote_ == '"')
      inside_double(c);
    else
      outside(c);
    ++at_;
  }

  void inside_double(char c) {
    if (c == '"')
      quote_ = '\0';
    else if (c == '`')
      lose(at_);
  }

  void outside(char c) {
    if (c == '\'' || c == '"') {
      quote_ = c;
      opened_at_ = at_;
    } else if (always_sharp.find(c) != always_sharp.npos) {
      mark(at_);
    } else if (c == '#' && starts_word()) {
      lose(at_);
    }
  }

  /// `$x`, `$1`, `$?` are values; every other form can run a command or change how
  /// the quotes that follow are read.
  void dollar() {
    if (at_ + 1 == text_.size())
      return;
    const char next = text_[at_ + 1];
    const bool value = is_name_character(next) ||
                       std::string_view("?!$@*#- \t").find(next) != std::string::npos;
    const bool closing = quote_ == '"' && next == '"';
    if (!value && !closing)
      lose(at_);
  }

  bool starts_word() const {
    return at_ == 0 || (blanks.find(text_[at_ - 1]) != blanks.npos) ||
           (always_sharp.find(text_[at_ - 1]) != always_sharp.npos);
  }

  void mark(std::size_t i) { command_.sharp[i] = true; }

  void lose(std::size_t i) {
    mark(i);
    command_.understood = false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t opened_at_ = 0;
  char quote_ = '\0';
  shell_command command_;
};

shell_part trimmed(std::string_view text, std::size_t begin, std::size_t end) {
  while (begin < end && blanks.find(text[begin]) != blanks.npos)
    ++begin;
  while (end > begin && blanks.find(text[end - 1]) != blanks.npos)
    --end;
  return {begin, end};
}

template <class Cut>
std::vector<shell_part> cut_at(std::string_view text, Cut cuts) {
  std::vector<shell_part> parts;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && !cuts(i))
      continue;
    if (const auto part = trimmed(text, begin, i); part.begin < part.end)
      parts.push_back(part);
    begin = i + 1;
  }
  return parts;
}

bool is_assignment(std::string_view word) {
  const auto equals = word.find('=');
  return equals != word.npos && equals > 0 &&
         std::ranges::all_of(word.substr(0, equals), is_name_character);
}

/// Drops the first word if another word that may be the command follows it.
bool drop_leader(std::string_view& command) {
  const auto end = command.find_first_of(blanks);
  if (end == command.npos)
    return false;
  const auto word = command.substr(0, end);
  const bool takes = std::ranges::find(command_takers, word) != command_takers.end();
  if (!takes && !is_assignment(word) && !word.starts_with('-'))
    return false;
  command.remove_prefix(
    std::min(command.find_first_not_of(blanks, end), command.size()));
  return true;
}

} // namespace

shell_command read_shell(std::string_view text) {
  return reader(text).read();
}

std::vector<shell_part> parts_between_operators(const shell_command& command) {
  return cut_at(command.text, [&](std::size_t i) {
    return command.sharp[i] && operators.find(command.text[i]) != operators.npos;
  });
}

std::vector<std::string_view> possible_commands(const shell_command& command) {
  const auto parts = cut_at(command.text, [&](std::size_t i) {
    return command.sharp[i] ||
           (!command.understood &&
            always_sharp.find(command.text[i]) != always_sharp.npos);
  });
  std::vector<std::string_view> commands;
  for (const auto& part : parts) {
    auto text = command.text.substr(part.begin, part.end - part.begin);
    do
      commands.push_back(text);
    while (drop_leader(text));
  }
  return commands;
}

} // namespace troupe::agents
