using System.Text.Json;
using UserStore.CommandLine;

namespace UserStore.Migrations.CommandLine;

/// <summary>Represents a dry run.</summary>
internal sealed class PlanResult(MigrationPlan plan) : CommandResult
{
    public override void WriteText(TextWriter writer)
    {
        foreach (string warning in plan.Warnings)
            writer.WriteLine($"Warning: {warning}");
        foreach (MigrationStep step in plan.Steps)
            writer.WriteLine($"{step.Action} {step.MigrationId} {step.Description}".TrimEnd());
        foreach (RecordedRequest request in plan.Requests)
            writer.WriteLine($"    {request}");
        string steps = plan.Steps.Count == 1 ? "step" : "steps";
        string writes = plan.RequestCount == 1 ? "write" : "writes";
        writer.WriteLine($"{plan.Steps.Count} {steps}, {plan.RequestCount} recorded {writes}. Nothing was done; a run creates its own plan.");
    }

    public override void WriteJson(Utf8JsonWriter json)
    {
        StatusJson.WriteStrings(json, "warnings", plan.Warnings);
        json.WriteStartArray("steps");
        foreach (MigrationStep step in plan.Steps)
        {
            json.WriteStartObject();
            WriteStep(json, step);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("requestCount", plan.RequestCount);
        json.WriteStartArray("requests");
        foreach (RecordedRequest request in plan.Requests)
        {
            json.WriteStartObject();
            json.WriteString("migrationId", request.MigrationId);
            json.WriteString("operation", request.Operation);
            StatusJson.WriteStrings(json, "tables", request.Tables);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    internal static void WriteStep(Utf8JsonWriter json, MigrationStep step)
    {
        json.WriteString("migrationId", step.MigrationId);
        json.WriteString("action", $"{step.Action}");
        json.WriteString("description", step.Description);
    }
}
