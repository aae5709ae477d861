using System.Globalization;
using Amazon.DynamoDBv2.Model;

namespace UserStore.Migrations.Journaling;

/// <summary>Identifies one segment of one backfill of one execution of a migration.</summary>
/// <param name="MigrationId">The migration.</param>
/// <param name="Execution">The execution; see <see cref="MigrationEntry.Execution"/>.</param>
/// <param name="Backfill">The name of the backfill.</param>
/// <param name="Segment">The segment, from 0.</param>
/// <param name="TotalSegments">The total number of segments. Another total number divides the items differently.</param>
internal sealed record CheckpointKey(string MigrationId, int Execution, string Backfill, int Segment, int TotalSegments)
{
    public override string ToString() => $"{PrefixOf(MigrationId, Execution)}{Backfill}/{Segment}-of-{TotalSegments}";

    /// <summary>Returns the prefix of all keys of a migration.</summary>
    public static string PrefixOf(string migrationId) => $"{migrationId}/";

    /// <summary>Returns the prefix of all keys of an execution of a migration.</summary>
    public static string PrefixOf(string migrationId, int execution)
        => string.Create(CultureInfo.InvariantCulture, $"{PrefixOf(migrationId)}{execution}/");
}

/// <summary>Represents the position of a backfill in one segment.</summary>
/// <param name="Key">The segment.</param>
/// <param name="Fence">The fencing number of the runner that claimed it last.</param>
internal sealed record Checkpoint(CheckpointKey Key, long Fence)
{
    /// <summary>Gets the key of the last item that was processed; null before the first.</summary>
    public Dictionary<string, AttributeValue>? Position { get; init; }

    public bool IsDone { get; init; }

    /// <summary>Gets the number of items read, in all attempts.</summary>
    public long Read { get; init; }

    /// <summary>Gets the number of items changed, in all attempts.</summary>
    public long Changed { get; init; }

    /// <summary>Gets the poison items of the processed pages.</summary>
    public IReadOnlyList<PoisonItem> Poison { get; init; } = [];

    /// <summary>Gets the poison items of the next page, if they exceeded the maximum: the page will be read again.</summary>
    public IReadOnlyList<PoisonItem> Failing { get; init; } = [];
}
