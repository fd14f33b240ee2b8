import ArgumentParser

/// The one command for everything that is done to an installation from outside of it.
@main struct Holdfast: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "holdfast", abstract: "Simulates, measures and mends a Holdfast installation.",
        subcommands: [
            ImportCommand.self, ImportRosterCommand.self,
            SimulateCommand.self, FiguresCommand.self, LoadCommand.self, BenchLatencyCommand.self,
            DeadLettersCommand.self, RebuildCommand.self, TrainCommand.self, ScoreCommand.self,
            AnomalyReportCommand.self,
        ])
}
