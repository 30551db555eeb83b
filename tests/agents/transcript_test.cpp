#include "transcript.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <random>

namespace troupe::agents {

namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::string agent_of(const std::filesystem::path& file) {
  return file.parent_path().filename();
}

std::string name_of(const std::filesystem::path& file) {
  auto name = agent_of(file) + "_" + file.stem().string();
  std::ranges::replace_if(
    name, [](unsigned char c) { return !std::isalnum(c); }, '_');
  return name;
}

class Transcript : public testing::TestWithParam<std::filesystem::path> {
protected:
  transcript recorded_ = read_transcript(GetParam());
};

std::filesystem::path golden_of(const std::filesystem::path& file) {
  std::filesystem::path directory(TROUPE_SOURCE_DIR "/tests/agents/golden");
  if (const auto agent = agent_of(file); agent != "claude")
    directory /= agent;
  return directory / (file.stem().string() + ".events.jsonl");
}

std::vector<std::string> lines_of(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

TEST_P(Transcript, TellsWhatItsGoldenFileHolds) {
  if (std::getenv("TROUPE_TRANSCRIPTS"))
    GTEST_SKIP() << "other transcripts have no golden files";
  const auto golden = golden_of(GetParam());

  const auto told = play(recorded_);

  if (std::getenv("UPDATE_GOLDEN")) {
    std::ofstream out(golden);
    for (const auto& line : told)
      out << line << '\n';
  }
  EXPECT_EQ(told, lines_of(golden)) << "UPDATE_GOLDEN=1 rewrites " << golden;
}

TEST_P(Transcript, HoldsNothingThatIsNotKnown) {
  if (GetParam().stem() == "small-strange")
    GTEST_SKIP() << "made to hold something";
  EXPECT_THAT(play(recorded_), Not(Contains(HasSubstr("unknown_message"))));
}

TEST_P(Transcript, TellsTheSameTwice) {
  EXPECT_EQ(play(recorded_), play(recorded_));
}

TEST_P(Transcript, SurvivesAnEndAnywhere) {
  for (std::size_t kept = 0; kept < recorded_.entries.size(); ++kept) {
    auto part = recorded_;
    part.entries.resize(kept);
    part.end = {.signal = 9};

    EXPECT_THAT(play(part).back(), HasSubstr("\"reason\":")) << kept;
  }
}

TEST_P(Transcript, SurvivesDamage) {
  constexpr int rounds = 20;
  std::mt19937 random(static_cast<unsigned>(recorded_.entries.size()));
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  for (int round = 0; round < rounds; ++round) {
    auto damaged = recorded_;
    for (auto& entry : damaged.entries)
      if (auto* p = std::get_if<transcript::printed>(&entry); p && !p->line.empty())
        p->line[below(p->line.size())] = static_cast<char>(below(256));

    EXPECT_THAT(play(damaged).back(), HasSubstr("\"reason\":"));
  }
}

INSTANTIATE_TEST_SUITE_P(
  Recorded, Transcript, testing::ValuesIn(transcript_files()), [](const auto& each) {
    return name_of(each.param);
  });

TEST(Transcripts, AreThere) {
  EXPECT_GE(transcript_files().size(), 160u);
}

} // namespace

} // namespace troupe::agents
