#pragma once

#include "protocol/result.hpp"

#include <map>
#include <string>
#include <vector>

namespace troupe::a2a {

/// What goes with every request and is shown to nobody: headers from the environment
/// (agents/a2a/settings.hpp), of which a remote agent may send back what it was given.
class secrets {
public:
  /// Reads TROUPE_A2A_HEADERS (an object of strings), TROUPE_A2A_TOKEN and
  /// TROUPE_A2A_TOKEN_ENV (the name of a variable that holds the token), and takes the
  /// first two out of the environment.
  [[nodiscard]] static result<secrets> from_environment();

  [[nodiscard]] const std::map<std::string, std::string>& headers() const {
    return headers_;
  }

  /// `***` for each of them.
  [[nodiscard]] std::string masked(std::string text) const;

private:
  void hide(const std::string& word);

  std::map<std::string, std::string> headers_;
  std::vector<std::string> hidden_; ///< Longest first.
};

} // namespace troupe::a2a
