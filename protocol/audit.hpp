#pragma once

#include "protocol/record.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace troupe {

/// One finished request of a client, as the daemon's log has it behind `call `. Secrets
/// are masked; what is long is cut.
struct audit_entry {
  std::string what;
  std::uint64_t client = 0;
  std::string client_name;
  std::optional<std::string> run_id;
  std::string outcome;
  std::int64_t took_ms = 0;
  std::string input;
  std::string output;

  static constexpr auto fields() {
    return field_list{
      required("what", &audit_entry::what, "The tool; the method, of what is none."),
      required("client", &audit_entry::client, "Number of the connection."),
      required("client_name", &audit_entry::client_name, "As the client says."),
      optional("run_id", &audit_entry::run_id, "The run it is; absent: a person."),
      required("outcome", &audit_entry::outcome, "ok, error or dropped."),
      required("took_ms", &audit_entry::took_ms, "From the request to its answer."),
      required("input", &audit_entry::input, "Arguments as JSON; may be cut."),
      required("output", &audit_entry::output, "The answer, or the error; may be cut."),
    };
  }
};

} // namespace troupe
