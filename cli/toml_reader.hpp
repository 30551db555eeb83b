#pragma once

#include "cli/toml_page.hpp"

namespace troupe::cli {

/// Reads the statements of a TOML text, one after another.
class toml_page::reader {
public:
  explicit reader(std::string_view text) : text_(text) {}

  [[nodiscard]] result<std::vector<statement>> read();

private:
  [[nodiscard]] char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] bool is(std::string_view word) const {
    return text_.substr(at_).starts_with(word);
  }
  void skip_blanks();
  void skip_space(); ///< Newlines and comments too.
  bool skip_comment();
  [[nodiscard]] bool line_ends();

  [[nodiscard]] bool header(statement& into);
  [[nodiscard]] bool assignment(statement& into);
  [[nodiscard]] bool name(path& into);
  [[nodiscard]] bool part(std::string& into);
  [[nodiscard]] bool value(int depth);
  [[nodiscard]] bool list(char close, int depth);
  [[nodiscard]] bool quoted();
  [[nodiscard]] bool bare();
  bool wrong(std::string why);

  std::string_view text_;
  std::size_t at_ = 0;
  std::string why_;
};

} // namespace troupe::cli
