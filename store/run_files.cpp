#include "store/run_files.hpp"

#include "store/files.hpp"
#include "store/line_reader.hpp"
#include "store/record_file.hpp"

#include "protocol/identity.hpp"
#include "protocol/json.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace troupe::store {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t read_step = 64 << 10;

/// What is wrong with a run that could not be loaded, and what was done about it.
std::string complaint(const fs::path& file, const error& why) {
  if (why.code == errc::not_found)
    return file.parent_path().string() + ": no run.json (its making was cut short, or "
                                         "it was set aside); left as it is";
  if (why.code != errc::invalid_argument)
    return why.message + "; left as it is";
  const auto aside = set_aside(file);
  if (aside.empty())
    return why.message + "; could not be set aside";
  return why.message + "; set aside as " + aside.filename().string();
}

} // namespace

result<void>
create_run(const layout& at, const run_record& run, const launch_record& launch) {
  const auto& id = run.view.run_id;
  if (!is_run_id(id))
    return fail(errc::invalid_argument, "\"" + id + "\" is not a run id");
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(at.run(id), ignored)))
    return fail(errc::conflict, "run " + id + " has a directory already; use a new id");
  if (auto made = make_directory(at.run(id)); !made)
    return made;
  if (auto saved = save(at.launch_file(id), launch); !saved)
    return saved;
  return save(at.run_file(id), run);
}

result<void> save_run(const layout& at, const run_record& run) {
  const auto& view = run.view;
  if (!is_final(view.status))
    return save(at.run_file(view.run_id), run);
  const run_outcome outcome{view.run_id, view.status, view.result, view.exit};
  if (auto saved = save(at.result_file(view.run_id), outcome); !saved)
    return saved;
  return save(at.run_file(view.run_id), run);
}

result<run_record> load_run(const layout& at, const std::string& run_id) {
  auto run = load<run_record>(at.run_file(run_id));
  if (run && run->view.run_id != run_id)
    return fail(
      errc::conflict,
      at.run_file(run_id).string() + ": is about run " + run->view.run_id);
  return run;
}

result<launch_record> load_launch(const layout& at, const std::string& run_id) {
  return load<launch_record>(at.launch_file(run_id));
}

result<void> remove_launch(const layout& at, const std::string& run_id) {
  return remove_if_there(at.launch_file(run_id));
}

result<void> save_session(const layout& at, const session_record& session) {
  const auto file = at.session_file(session.session_id);
  if (auto made = make_directory(file.parent_path()); !made)
    return made;
  return save(file, session);
}

result<session_record> load_session(const layout& at, const std::string& session_id) {
  return load<session_record>(at.session_file(session_id));
}

result<void> create_attempt(
  const layout& at,
  const std::string& run_id,
  std::uint32_t n,
  const std::string& token) {
  if (auto made = make_directory(at.attempt(run_id, n)); !made)
    return made;
  return write_snapshot(at.token_file(run_id, n), token);
}

result<std::string>
load_token(const layout& at, const std::string& run_id, std::uint32_t n) {
  constexpr std::uint64_t token_bytes_max = 1024;
  return read_file(at.token_file(run_id, n), token_bytes_max);
}

result<std::string> load_newest_token(const layout& at, const std::string& run_id) {
  std::uint32_t newest = 0;
  std::error_code code;
  fs::directory_iterator entry(at.attempt(run_id, 1).parent_path(), code);
  for (; !code && entry != fs::directory_iterator(); entry.increment(code)) {
    const auto name = entry->path().filename().string();
    std::uint32_t n = 0;
    const auto* const end = name.data() + name.size();
    if (std::from_chars(name.data(), end, n).ptr == end)
      newest = std::max(newest, n);
  }
  return newest == 0 ? std::string{} : load_token(at, run_id, newest);
}

result<void> append_input(
  const layout& at,
  const std::string& run_id,
  std::uint32_t n,
  const agent_input& input) {
  auto log = line_log::open(at.inputs_file(run_id, n));
  if (!log)
    return fail(std::move(log.error()));
  return log->append(encode_text(input) + "\n");
}

result<input_listing>
load_inputs(const layout& at, const std::string& run_id, std::uint32_t n) {
  const auto file = at.inputs_file(run_id, n);
  input_listing found;
  auto reader = line_reader::open(file, 0, read_step);
  if (!reader && reader.error().code == errc::not_found)
    return found;
  if (!reader)
    return fail(std::move(reader.error()));
  std::uint64_t whole = 0;
  for (line_splitter::line line;;) {
    const auto more = reader->next(line);
    if (!more)
      return fail(more.error());
    if (!*more)
      return found;
    auto input = decode_text<agent_input>(line.text);
    if (!input) {
      const auto aside = set_tail_aside(file, whole);
      if (!aside)
        return fail(aside.error());
      found.complaint = file.string() + ": line " +
                        std::to_string(found.inputs.size() + 1) + ": " +
                        input.error().message + "; it and what follows is now " +
                        aside->filename().string();
      return found;
    }
    found.inputs.push_back(std::move(*input));
    whole = line.end_offset;
  }
}

run_listing list_runs(const layout& at) {
  run_listing found;
  for (const auto& id : names_in(at.runs(), is_run_id)) {
    if (auto run = load_run(at, id))
      found.runs.push_back(std::move(*run));
    else
      found.complaints.push_back(complaint(at.run_file(id), run.error()));
  }
  return found;
}

} // namespace troupe::store
