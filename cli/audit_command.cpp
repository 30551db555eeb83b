#include "cli/audit_command.hpp"

#include "protocol/audit.hpp"
#include "protocol/json.hpp"

#include <deque>
#include <fstream>

namespace troupe::cli {

namespace {

constexpr std::size_t input_columns = 160;

bool wants(const audit_options& wanted, const audit_entry& entry) {
  return (!wanted.what || entry.what == *wanted.what) &&
         (!wanted.outcome || entry.outcome == *wanted.outcome);
}

std::string as_line(std::string_view time, const audit_entry& entry) {
  const auto who = entry.run_id ? *entry.run_id : std::string("person");
  return printable(time) + "  " + printable(entry.what) + "  " +
         printable(entry.outcome) + "  " + std::to_string(entry.took_ms) + " ms  " +
         printable(entry.client_name) + "/" + std::to_string(entry.client) + " (" +
         printable(who) + ")  " + printable(one_line(entry.input, input_columns)) +
         (entry.outcome == "error"
            ? "  -> " + printable(one_line(entry.output, input_columns))
            : "") +
         "\n";
}

std::string as_json(std::string_view time, const audit_entry& entry) {
  auto all = encode(entry);
  all["at"] = time;
  return print_json(all) + "\n";
}

} // namespace

std::string audit_line(std::string_view log_line, const audit_options& wanted) {
  const auto time = log_line.substr(0, log_line.find(' '));
  const auto at = log_line.find(" call {");
  if (at == log_line.npos || at > 60)
    return {};
  const auto entry = decode_text<audit_entry>(log_line.substr(at + 6));
  if (!entry || !wants(wanted, *entry))
    return {};
  return wanted.as_json ? as_json(time, *entry) : as_line(time, *entry);
}

int show_audit(const place& where, const audit_options& wanted) {
  std::ifstream log(where.state + "/daemon.log");
  if (!log) {
    complain(
      "no log at " + where.state +
      "/daemon.log: no daemon has run with this state directory; troupe daemon start");
    return exit_failed;
  }
  std::deque<std::string> shown;
  for (std::string line; std::getline(log, line);)
    if (auto text = audit_line(line, wanted); !text.empty() && wanted.last > 0) {
      shown.push_back(std::move(text));
      if (shown.size() > wanted.last)
        shown.pop_front();
    }
  for (const auto& line : shown)
    if (!print(line))
      break;
  return exit_ok;
}

} // namespace troupe::cli
