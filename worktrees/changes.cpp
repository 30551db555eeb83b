#include "worktrees/changes.hpp"

#include "protocol/json_text.hpp"
#include "protocol/text.hpp"
#include "worktrees/repository.hpp"

#include <algorithm>
#include <filesystem>

namespace troupe::worktrees {

namespace {

/// Two sides of a comparison, and what is checked out.
struct compared {
  repository at;
  diff found;
  std::string head;
  bool removed = false;
};

git_diff_options options_of_comparison() {
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.flags = GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS |
                  GIT_DIFF_SHOW_UNTRACKED_CONTENT | GIT_DIFF_INCLUDE_TYPECHANGE;
  options.max_size = file_bytes_max;
  return options;
}

result<void> compare_directory(compared& sides, const worktree_view& at) {
  const auto base = tree_of(sides.at.get(), at.base_commit);
  if (!base)
    return fail(base.error());
  const auto options = options_of_comparison();
  git_diff* made = nullptr;
  if (
    git_diff_tree_to_workdir_with_index(&made, sides.at.get(), base->get(), &options) !=
    0)
    return fail(git_error(errc::conflict, "git: diff of " + at.path));
  sides.found.reset(made);
  if (const auto head = head_of(sides.at.get()))
    sides.head = text_of(*git_commit_id(head->get()));
  return {};
}

result<void> compare_branch(compared& sides, const worktree_view& at) {
  git_oid tip;
  const auto name = "refs/heads/" + at.branch;
  if (git_reference_name_to_id(&tip, sides.at.get(), name.c_str()) != 0)
    return fail(
      errc::not_found,
      "run: its worktree " + at.path + " and its branch " + at.branch +
        " are both gone; what it changed is where that was merged");
  sides.head = text_of(tip);
  const auto base = tree_of(sides.at.get(), at.base_commit);
  const auto last = tree_of(sides.at.get(), sides.head);
  if (!base || !last)
    return fail(base ? last.error() : base.error());
  const auto options = options_of_comparison();
  git_diff* made = nullptr;
  if (
    git_diff_tree_to_tree(&made, sides.at.get(), base->get(), last->get(), &options) !=
    0)
    return fail(git_error(errc::conflict, "git: diff of " + at.branch));
  sides.found.reset(made);
  return {};
}

result<compared> compare(const worktree_view& at) {
  compared sides;
  std::error_code code;
  sides.removed = !std::filesystem::is_directory(at.path, code);
  auto opened = open_repository(sides.removed ? at.repository : at.path);
  if (!opened)
    return fail(std::move(opened.error()));
  sides.at = std::move(*opened);
  auto done = sides.removed ? compare_branch(sides, at) : compare_directory(sides, at);
  if (!done)
    return fail(std::move(done.error()));
  git_diff_find_options renames = GIT_DIFF_FIND_OPTIONS_INIT;
  renames.flags = GIT_DIFF_FIND_RENAMES | GIT_DIFF_FIND_FOR_UNTRACKED;
  git_diff_find_similar(sides.found.get(), &renames);
  return sides;
}

file_change change_of(const git_diff_delta& delta) {
  switch (delta.status) {
  case GIT_DELTA_ADDED:
  case GIT_DELTA_COPIED:
  case GIT_DELTA_UNTRACKED:
    return file_change::added;
  case GIT_DELTA_DELETED:
    return file_change::deleted;
  case GIT_DELTA_RENAMED:
    return file_change::renamed;
  case GIT_DELTA_TYPECHANGE:
    return file_change::typechange;
  default:
    return file_change::modified;
  }
}

changed_file file_of(git_diff* all, std::size_t i) {
  const auto* delta = git_diff_get_delta(all, i);
  const bool gone = delta->status == GIT_DELTA_DELETED;
  changed_file file{
    .path = to_utf8(gone ? delta->old_file.path : delta->new_file.path),
    .change = change_of(*delta)};
  git_patch* made = nullptr;
  const bool compared_lines = git_patch_from_diff(&made, all, i) == 0;
  const patch lines(made);
  if (lines) {
    std::size_t added = 0;
    std::size_t deleted = 0;
    git_patch_line_stats(nullptr, &added, &deleted, lines.get());
    file.added_lines = added;
    file.deleted_lines = deleted;
    delta = git_patch_get_delta(lines.get());
  }
  file.binary = !compared_lines || (delta->flags & GIT_DIFF_FLAG_BINARY) != 0;
  return file;
}

/// Takes lines until the patch is as long as it may be.
int take_line(
  const git_diff_delta*, const git_diff_hunk*, const git_diff_line* line, void* into) {
  auto& text = *static_cast<std::string*>(into);
  const bool in_hunk = line->origin == GIT_DIFF_LINE_CONTEXT ||
                       line->origin == GIT_DIFF_LINE_ADDITION ||
                       line->origin == GIT_DIFF_LINE_DELETION;
  if (in_hunk)
    text += line->origin;
  text.append(line->content, line->content_len);
  return text.size() > patch_bytes_max ? 1 : 0;
}

std::string patch_of(git_diff* all) {
  std::string text;
  if (git_diff_print(all, GIT_DIFF_FORMAT_PATCH, take_line, &text) != 0)
    text += "\ntroupe: the patch goes on; see git diff in the worktree\n";
  return to_utf8(text);
}

/// As many bytes of `text` as print within `bytes` as a JSON string.
std::string_view printable_within(std::string_view text, std::size_t bytes) {
  std::size_t taken = 0;
  std::size_t printed = 2;
  for (; taken < text.size(); ++taken) {
    const auto c = static_cast<unsigned char>(text[taken]);
    const bool short_escape = c == '"' || c == '\\' || (c >= 8 && c <= 13 && c != 11);
    printed += short_escape ? 2 : c < 0x20 || c == 0x7f ? 6 : 1;
    if (printed > bytes)
      break;
  }
  return utf8_prefix(text, taken);
}

/// As many files as print within `bytes`; how many bytes they took.
std::size_t take_files(git_diff* all, std::size_t bytes, run_diff& into) {
  std::size_t used = 0;
  const auto shown = std::min<std::size_t>(git_diff_num_deltas(all), files_shown_max);
  for (std::size_t i = 0; i < shown; ++i) {
    auto file = file_of(all, i);
    used += encode_text(file).size() + 1;
    if (used > bytes)
      break;
    into.files.push_back(std::move(file));
  }
  return std::min(used, bytes);
}

} // namespace

result<run_diff> changes(const worktree_view& at, const get_diff& question) {
  const auto sides = compare(at);
  if (!sides)
    return fail(sides.error());
  run_diff told{
    .run_id = {},
    .worktree = at,
    .head_commit = sides->head,
    .removed = sides->removed,
    .files = {},
    .files_total = git_diff_num_deltas(sides->found.get()),
    .patch = {}};
  const auto envelope = encode_text(told).size() + 128;
  const auto room =
    question.max_bytes - std::min<std::size_t>(question.max_bytes, envelope);
  const auto for_files = question.stat ? room : room / 3;
  const auto used = question.offset > 0
                      ? std::size_t{0}
                      : take_files(sides->found.get(), for_files, told);
  const auto text = patch_of(sides->found.get());
  told.patch_bytes = text.size();
  const auto start = utf8_prefix(text, question.offset).size();
  if (!question.stat)
    told.patch = printable_within(std::string_view(text).substr(start), room - used);
  told.next_offset = start + told.patch.size();
  told.has_more = !question.stat && told.next_offset < text.size();
  return told;
}

} // namespace troupe::worktrees
