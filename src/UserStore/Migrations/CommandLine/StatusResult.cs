using System.Text.Json;
using UserStore.CommandLine;

namespace UserStore.Migrations.CommandLine;

/// <summary>Represents the state of the journal and the lock.</summary>
internal sealed class StatusResult(MigrationStatus status, CommandContext context) : CommandResult
{
    private const string Indent = "         ";

    private static readonly string[] Repairs = ["retry", "applied", "failed"];

    public static string OwnerOf(MigrationLockStatus status) => status.Owner?.ToString() ?? "another program";

    public override void WriteText(TextWriter writer)
    {
        foreach (MigrationEntry entry in status.Migrations)
            Write(writer, entry);

        writer.WriteLine(status.Lock.IsHeld ? $"The lock is held, or was left, by {OwnerOf(status.Lock)}." : "The lock is free.");
        foreach (ForcedRelease release in status.Lock.Releases)
            writer.WriteLine($"{Indent}released by force {release.Timestamp:u} on {release.Host}: {release.Reason}");
        writer.WriteLine($"Next step: {status.NextStep.Description}");
        foreach (string command in Commands)
            writer.WriteLine($"{Indent}{command}");
    }

    public override void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartArray("migrations");
        foreach (MigrationEntry entry in status.Migrations)
        {
            json.WriteStartObject();
            StatusJson.WriteProperties(json, entry);
            json.WriteBoolean("isMissing", status.Missing.Contains(entry.Id));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        StatusJson.Write(json, "lock", status.Lock);
        json.WriteStartObject("nextStep");
        json.WriteString("action", $"{status.NextStep.Action}");
        json.WriteString("migrationId", status.NextStep.MigrationId);
        json.WriteString("description", status.NextStep.Description);
        StatusJson.WriteStrings(json, "commands", Commands);
        json.WriteEndObject();
    }

    /// <summary>Returns how the next step is typed.</summary>
    private IEnumerable<string> Commands
    {
        get
        {
            string? id = status.NextStep.MigrationId;
            string[] commands = status.NextStep.Action switch
            {
                MigrationNextAction.Run when status.NextStep.CanUndo => ["migrate", "migrate undo"],
                MigrationNextAction.Run or MigrationNextAction.Wait => ["migrate"],
                MigrationNextAction.Repair => [.. RepairsOf(id!)],
                MigrationNextAction.Unlock => ["migrate unlock \"your reason\""],
                _ => [],
            };
            return commands.Select(context.Spell);
        }
    }

    internal static IEnumerable<string> RepairsOf(string migrationId)
        => Repairs.Select(repair => $"migrate repair {migrationId} {repair} \"your reason\"");

    private void Write(TextWriter writer, MigrationEntry entry)
    {
        string missing = status.Missing.Contains(entry.Id) ? ", not in this service" : "";
        string when = entry.FinishedAt is { } finished ? $" {finished:u}" : entry.StartedAt is { } started ? $" since {started:u}" : "";
        string host = entry.Host is null ? "" : $" on {entry.Host}, attempt {entry.Attempts}";
        writer.WriteLine($"{entry.State,-8} {entry.Id}{when}{host}{missing}");
        if (entry.Error is not null)
        {
            writer.WriteLine($"{Indent}{entry.Error}");
            string where = entry.FinishedAt is { } end ? $" of {end:u} on {entry.Host}" : "";
            writer.WriteLine(
                $"{Indent}Cause: standard error of the migrate command{where}, or log event 221 (category {MigrationLog.CausesCategory}, level Debug).");
        }

        if (entry.PoisonItems > 0)
            writer.WriteLine($"{Indent}Items left unchanged: {entry.PoisonItems}. List them: {context.Spell($"migrate poison {entry.Id}")}");
        foreach (MigrationRepairRecord repair in entry.Repairs)
            writer.WriteLine($"{Indent}{repair.Repair} from {repair.From} {repair.Timestamp:u} on {repair.Host}: {repair.Reason}");
    }
}
