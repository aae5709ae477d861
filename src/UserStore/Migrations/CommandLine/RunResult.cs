using System.Text.Json;

namespace UserStore.Migrations.CommandLine;

/// <summary>Represents a completed run.</summary>
internal sealed class RunResult(MigrationRun run) : CommandResult
{
    public override void WriteText(TextWriter writer)
    {
        foreach (MigrationStepResult step in run.Steps)
            writer.WriteLine(step);
        writer.WriteLine(run switch
        {
            { Outcome: MigrationOutcome.Skipped } => "Another runner holds the lock. Nothing was done.",
            { Steps.Count: 0 } => "There is nothing to do.",
            _ => $"{run}.",
        });
    }

    public override void WriteJson(Utf8JsonWriter json)
    {
        json.WriteString("outcome", $"{run.Outcome}");
        json.WriteNumber("durationSeconds", run.Duration.TotalSeconds);
        json.WriteStartArray("steps");
        foreach (MigrationStepResult result in run.Steps)
        {
            json.WriteStartObject();
            PlanResult.WriteStep(json, result.Step);
            json.WriteNumber("durationSeconds", result.Duration.TotalSeconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
