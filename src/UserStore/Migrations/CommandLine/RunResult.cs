using System.Text.Json;
using UserStore.CommandLine;

namespace UserStore.Migrations.CommandLine;

/// <summary>Represents a completed run.</summary>
internal sealed class RunResult(MigrationRun run, CommandContext context) : CommandResult
{
    public override void WriteText(TextWriter writer)
    {
        foreach (MigrationStepResult step in run.Steps)
        {
            string poison = step.PoisonItems == 0
                ? ""
                : $", items left unchanged: {step.PoisonItems}, see '{context.Spell($"migrate poison {step.Step.MigrationId}")}'";
            writer.WriteLine($"{step}{poison}");
        }

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
            json.WriteNumber("poisonItems", result.PoisonItems);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
