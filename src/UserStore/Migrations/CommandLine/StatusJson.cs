using System.Text.Json;

namespace UserStore.Migrations.CommandLine;

/// <summary>Writes the parts of a status as JSON.</summary>
internal static class StatusJson
{
    public static void Write(Utf8JsonWriter json, string property, MigrationEntry entry)
    {
        json.WriteStartObject(property);
        WriteProperties(json, entry);
        json.WriteEndObject();
    }

    public static void WriteProperties(Utf8JsonWriter json, MigrationEntry entry)
    {
        json.WriteString("id", entry.Id);
        json.WriteString("description", entry.Description);
        json.WriteString("state", $"{entry.State}");
        json.WriteString("revision", entry.Revision);
        json.WriteNumber("attempts", entry.Attempts);
        WriteTime(json, "startedAt", entry.StartedAt);
        WriteTime(json, "finishedAt", entry.FinishedAt);
        json.WriteString("host", entry.Host);
        json.WriteString("error", entry.Error);
        json.WriteNumber("poisonItems", entry.PoisonItems);
        json.WriteStartArray("repairs");
        foreach (MigrationRepairRecord repair in entry.Repairs)
        {
            json.WriteStartObject();
            json.WriteString("repair", $"{repair.Repair}");
            json.WriteString("from", $"{repair.From}");
            WriteTime(json, "timestamp", repair.Timestamp);
            json.WriteString("host", repair.Host);
            json.WriteString("reason", repair.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter json, string property, MigrationLockStatus status)
    {
        json.WriteStartObject(property);
        json.WriteBoolean("isHeld", status.IsHeld);
        json.WriteNumber("fence", status.Fence);
        if (status.Owner is { } owner)
        {
            json.WriteStartObject("owner");
            json.WriteString("runId", owner.RunId);
            json.WriteString("host", owner.Host);
            WriteTime(json, "acquiredAt", owner.AcquiredAt);
            WriteTime(json, "renewedAt", owner.RenewedAt);
            json.WriteNumber("leaseSeconds", owner.Lease.TotalSeconds);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("owner");
        }

        json.WriteStartArray("releases");
        foreach (ForcedRelease release in status.Releases)
        {
            json.WriteStartObject();
            json.WriteString("runId", release.RunId);
            WriteTime(json, "timestamp", release.Timestamp);
            json.WriteString("host", release.Host);
            json.WriteString("reason", release.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteStrings(Utf8JsonWriter json, string property, IEnumerable<string> values)
    {
        json.WriteStartArray(property);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter json, string property, DateTimeOffset? time)
    {
        if (time is { } known)
            json.WriteString(property, known.UtcDateTime);
        else
            json.WriteNull(property);
    }
}
