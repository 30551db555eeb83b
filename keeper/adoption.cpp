#include "keeper/attempt.hpp"

#include "keeper/files.hpp"
#include "keeper/log.hpp"
#include "protocol/json.hpp"

#include <fcntl.h>
#include <utility>

/// An attempt's passing from one keeper to another.
namespace troupe::keeper {

namespace {

descriptor taken(belongings& from, belonging which) {
  const auto found = from.extract(which);
  return found ? std::move(found.mapped()) : descriptor();
}

} // namespace

std::optional<exited_report> written_end(const attempt_key& key, const bequest& left) {
  const auto text = read_file(left.dir + "/exit.json");
  auto end = decode_text<exited_report>(text.value_or(""));
  return end && end->key == key ? std::optional(std::move(*end)) : std::nullopt;
}

spawned_report attempt::report_of_start(std::vector<int>& beside) const {
  auto told = *spawned_;
  bequest left;
  left.dir = what_.dir;
  left.oom_kills = system_oom_kills_;
  const auto add = [&](belonging which, int fd) {
    if (fd < 0)
      return;
    left.beside.push_back(which);
    beside.push_back(fd);
  };
  add(belonging::process, main_.pidfd.get());
  add(belonging::input, input_->pipe());
  add(belonging::spool, input_->spool());
  if (tree_)
    tree_->describe(left, beside);
  told.left = std::move(left);
  return told;
}

left_attempt attempt::leave() const {
  left_attempt all{.spawned = {}, .exited = exited_, .gone = gone_, .descriptors = {}};
  all.spawned = report_of_start(all.descriptors);
  return all;
}

bool attempt::resume(inheritance::part what) {
  auto& known = what.known;
  const auto& left = *known.spawned.left;
  what_.key = known.spawned.key;
  what_.dir = left.dir;
  system_oom_kills_ = left.oom_kills;
  exited_ = known.exited ? known.exited : written_end(what_.key, left);
  auto pipe = taken(what.things, belonging::input);
  auto spool = taken(what.things, belonging::spool);
  const int pidfd = what.things.contains(belonging::process)
                      ? what.things.at(belonging::process).get()
                      : -1;
  main_ = {known.spawned.pid, descriptor(fcntl(pidfd, F_DUPFD_CLOEXEC, 3))};
  tree_ = replant(
    on_, {known.spawned, exited_.has_value(), std::move(what.things)}, tree_events());
  if (!tree_)
    return false;
  spawned_ = std::move(known.spawned);
  spawned_->left.reset();
  if (!spool)
    pipe.reset();
  input_ = input_on(std::move(pipe), std::move(spool));
  if (exited_)
    input_->abandon();
  log(
    "adopted run " + what_.key.run_id + " attempt=" +
    std::to_string(what_.key.attempt) + " pid=" + std::to_string(main_.pid));
  look();
  return true;
}

void attempt::rest(left_attempt known) {
  what_.key = known.spawned.key;
  spawned_ = std::move(known.spawned);
  spawned_->left.reset();
  exited_ = std::move(known.exited);
  gone_ = std::move(known.gone);
}

} // namespace troupe::keeper
