using Amazon.DynamoDBv2.Model;

namespace UserStore.Migrations;

/// <summary>A change of every item of a table, by a building block of a migration.</summary>
/// <remarks>
/// <para>
/// The table is read in segments at the same time. How far each has come is noted after every page, so that after a crash at most one page
/// of each segment is read twice. Only what differs is written, under the condition that it still is as it was read; an item that somebody
/// else changed meanwhile is read and transformed again.
/// </para>
/// <para>
/// An item may be transformed again although it was written: its page was not yet noted, or one write of a runner that lost the lock still
/// arrived. So the transform must leave an item that it has changed as it is, or <see cref="Mark"/> must be set.
/// </para>
/// </remarks>
public sealed record Backfill
{
    /// <summary>Gets the name of the backfill, unique in its migration; it names the checkpoints.</summary>
    /// <value>1 to 100 characters.</value>
    public required string Name { get; init; }

    /// <summary>Gets the table, by its name in DynamoDB, such as <see cref="MigrationContext.UsersTable"/>.</summary>
    public required string TableName { get; init; }

    /// <summary>Gets the function that changes an item.</summary>
    /// <value>
    /// It gets a copy of the item, and changes it in place. It must not change keys of the table; nor, in the users' table of a store with
    /// unique emails, the email. It may be called by several threads at once, and several times for one item. An exception makes the item
    /// poison.
    /// </value>
    public required Func<Dictionary<string, AttributeValue>, CancellationToken, ValueTask> Transform { get; init; }

    /// <summary>Gets the attribute that marks an item as done, in the same write that changes it.</summary>
    /// <value>Set for transforms that must not see an item twice. The mark stays on the item. The default is <see langword="null"/>:
    /// none.</value>
    public string? Mark { get; init; }

    /// <summary>Gets how fast the backfill goes, and what it bears.</summary>
    public BackfillOptions Options { get; init; } = new();
}

/// <summary>How fast a backfill goes, and what it bears.</summary>
public sealed record BackfillOptions
{
    /// <summary>Gets how many segments are read at the same time.</summary>
    /// <value>1 to 64. The default is 4. With another number than before, the backfill begins anew.</value>
    public int TotalSegments { get; init; } = 4;

    /// <summary>Gets how many items are read at once, and read again after a crash, in each segment.</summary>
    /// <value>1 to 1,000. The default is 50.</value>
    public int PageSize { get; init; } = 50;

    /// <summary>Gets how many items of each segment are changed at the same time.</summary>
    /// <value>1 to 32. The default is 4.</value>
    public int MaxConcurrency { get; init; } = 4;

    /// <summary>Gets how many read capacity units are consumed in a second, on average.</summary>
    /// <value>Above 0. The default is <see langword="null"/>: as many as the table gives.</value>
    public double? ReadUnitsPerSecond { get; init; }

    /// <summary>Gets how many write capacity units are consumed in a second, on average.</summary>
    /// <value>Above 0. The default is <see langword="null"/>: as many as the table gives.</value>
    public double? WriteUnitsPerSecond { get; init; }

    /// <summary>Gets how many items may be poison: left as they are, recorded, and told in the result.</summary>
    /// <value>0 to 1,000. The default is 0: the first one ends the migration.</value>
    public int MaxPoisonItems { get; init; }

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(TotalSegments, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(TotalSegments, 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(PageSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PageSize, 1000);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrency, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxConcurrency, 32);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxPoisonItems);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxPoisonItems, 1000);
        CheckRate(ReadUnitsPerSecond, nameof(ReadUnitsPerSecond));
        CheckRate(WriteUnitsPerSecond, nameof(WriteUnitsPerSecond));
    }

    private static void CheckRate(double? rate, string name)
    {
        if (rate is not null && !(rate > 0 && double.IsFinite(rate.Value)))
            throw new ArgumentOutOfRangeException(name, rate, "must be above 0");
    }
}

/// <summary>What a backfill did, all its attempts together.</summary>
/// <param name="Read">How many items were read.</param>
/// <param name="Changed">How many were changed.</param>
/// <param name="Poison">Those that could not be.</param>
public sealed record BackfillResult(long Read, long Changed, IReadOnlyList<PoisonItem> Poison);

/// <summary>An item that a backfill could not change.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Error">Why: the type of the exception, and its message when it is UserStore's own.</param>
public sealed record PoisonItem(IReadOnlyDictionary<string, AttributeValue> Key, string Error)
{
    /// <summary>Returns the error, without the key, which may be an email.</summary>
    /// <returns>A text that is safe to log.</returns>
    public override string ToString() => Error;
}
