#include "cli/worktrees.hpp"

#include "cli/console.hpp"
#include "cli/render.hpp"

#include <algorithm>
#include <chrono>

namespace troupe::cli {

namespace {

constexpr std::uint32_t patch_bytes = 1024 * 1024;
constexpr std::chrono::seconds slow_files{60};

result<json> page_of_diff(door& at, const diff_options& wanted, std::uint64_t offset) {
  auto question = naming(wanted.run);
  question["max_bytes"] = patch_bytes;
  question["stat"] = wanted.stat;
  question["offset"] = offset;
  return at.call("get_diff", std::move(question), slow_files);
}

std::string counted(std::uint64_t n, const char* noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

} // namespace

std::string render_stat(const run_diff& changed, const look& as) {
  std::string out;
  std::uint64_t added = 0;
  std::uint64_t deleted = 0;
  for (const auto& file : changed.files) {
    added += file.added_lines;
    deleted += file.deleted_lines;
    out += " " + printable(file.path) + " | ";
    out +=
      file.binary
        ? "binary"
        : painted("+" + std::to_string(file.added_lines), paint::green, as.colour) +
            " " +
            painted("-" + std::to_string(file.deleted_lines), paint::red, as.colour);
    if (file.change != file_change::modified)
      out += " (" + std::string(to_string(file.change)) + ")";
    out += '\n';
  }
  if (changed.files_total > changed.files.size())
    out += " … and " +
           counted(changed.files_total - changed.files.size(), "more file") + "\n";
  return out + counted(changed.files_total, "file") + " changed, " +
         std::to_string(added) + " added, " + std::to_string(deleted) +
         " deleted since " + changed.worktree.base_commit.substr(0, 12) + " on " +
         printable(changed.worktree.branch) +
         (changed.removed ? " (its worktree is gone)" : "") + "\n";
}

int show_diff(door& at, const diff_options& wanted) {
  std::uint64_t offset = 0;
  while (true) {
    const auto answer = page_of_diff(at, wanted, offset);
    if (!answer)
      return exit_with(answer.error());
    if (wanted.as_json) {
      if (!print(print_json(*answer) + "\n"))
        return exit_failed;
    }
    const auto page = decode<run_diff>(*answer);
    if (!page)
      return exit_with(page.error());
    if (!wanted.as_json) {
      const auto as = look_of_stdout();
      const bool exact = as.columns == 0;
      if (!print(
            wanted.stat ? render_stat(*page, as)
            : exact     ? page->patch
                        : printable(page->patch, true)))
        return exit_failed;
    }
    if (!page->has_more || page->next_offset <= offset)
      return exit_ok;
    offset = page->next_offset;
  }
}

int show_worktrees(door& at, const worktree_list_options& wanted) {
  const auto answer =
    at.call("list_worktrees", encode(list_worktrees{.limit = 100}), slow_files);
  if (!answer)
    return exit_with(answer.error());
  if (wanted.as_json)
    return print(print_json(*answer) + "\n") ? exit_ok : exit_failed;
  const auto page = decode<worktree_page>(*answer);
  if (!page)
    return exit_with(page.error());
  std::string out;
  for (const auto& each : page->worktrees) {
    out += each.run_id + " " + printable(each.branch.value_or("(no branch)")) + " " +
           printable(each.run_status.value_or("(run not known)")) + "\n  " +
           printable(each.path) + "\n";
    for (const auto& why : each.keeps)
      out += "  stays, " + printable(why) + "\n";
    if (each.keeps.empty())
      out += "  may go: troupe worktree remove " + each.run_id + "\n";
  }
  print(out);
  if (page->total > page->worktrees.size())
    complain(
      "the newest " + std::to_string(page->worktrees.size()) + " of " +
      std::to_string(page->total));
  return exit_ok;
}

int remove_worktrees(door& at, const worktree_remove_options& wanted) {
  int worst = exit_ok;
  for (const auto& run : wanted.runs) {
    const auto answer = at.call("remove_worktree", naming(run), slow_files);
    const auto gone = answer ? decode<removed_worktree>(*answer)
                             : result<removed_worktree>(fail(answer.error()));
    if (!gone) {
      worst = exit_with(gone.error());
      continue;
    }
    std::string text = gone->path + " is gone";
    if (gone->branch)
      text += ", and branch " + *gone->branch;
    print(printable(text) + "\n");
    for (const auto& ref : gone->kept_refs)
      print("kept what was amended or reset away: " + printable(ref) + "\n");
  }
  return worst;
}

} // namespace troupe::cli
