using Amazon.DynamoDBv2.Model;

namespace UserStore.Migrations;

/// <summary>Specifies a change of every item of a table, for <see cref="MigrationContext.BackfillAsync"/>.</summary>
/// <remarks>
/// <para>
/// The backfill scans the table in parallel segments and saves a checkpoint after every page, so that after a crash at most one page of each
/// segment is read again. It writes only the attributes that differ, on condition that they, and all attributes that the transform read, are
/// unchanged since they were read; an item in which another writer changed one of them in the meantime is read and transformed again. In the
/// users' table, each write increments the version of the user, or gives the user a version.
/// </para>
/// <para>
/// An item may be transformed again after it was written: its page had no checkpoint yet, or a last write of a runner that lost the lock
/// arrived. Therefore the transform must leave an item that it has already changed as it is, or <see cref="Mark"/> must be set.
/// </para>
/// </remarks>
public sealed record Backfill
{
    /// <summary>Gets the name of the backfill, unique in its migration, which identifies the checkpoints.</summary>
    /// <value>1 to 100 characters, without <c>/</c>.</value>
    public required string Name { get; init; }

    /// <summary>Gets the name of the table in DynamoDB, such as <see cref="MigrationContext.UsersTable"/>.</summary>
    public required string TableName { get; init; }

    /// <summary>Gets the function that changes an item.</summary>
    /// <value>
    /// It receives a copy of the item and changes it in place. It must not change keys of the table or, in the users' table of a store with
    /// unique emails, the email. It may be called concurrently, and several times for one item. If it throws, the item becomes a poison item.
    /// It reads and changes at most about 120 attributes of an item, which is what the expressions of one request can hold.
    /// </value>
    public required Func<BackfillItem, CancellationToken, ValueTask> Transform { get; init; }

    /// <summary>Gets the attribute that marks an item as done, in the same write that changes it.</summary>
    /// <value>Required for transforms that must not process an item twice. The mark stays on the item, and holds until the migration is undone,
    /// whatever repairs are made. Each backfill has a mark of its own, except one that undoes another and uses the same. The default is <see langword="null"/>:
    /// none.</value>
    public string? Mark { get; init; }

    /// <summary>Gets the settings for throughput and error tolerance.</summary>
    public BackfillOptions Options { get; init; } = new();
}

/// <summary>Specifies throughput and error tolerance of a backfill.</summary>
public sealed record BackfillOptions
{
    /// <summary>Gets the number of segments that are scanned in parallel.</summary>
    /// <value>1 to 64. The default is 4. An interrupted backfill that runs with another number starts again from the beginning.</value>
    public int TotalSegments { get; init; } = 4;

    /// <summary>Gets the number of items in a page: the items of each segment that are read at once, and read again after a crash.</summary>
    /// <value>1 to 1,000. The default is 50.</value>
    public int PageSize { get; init; } = 50;

    /// <summary>Gets the maximum number of items of each segment that are changed concurrently.</summary>
    /// <value>1 to 32. The default is 4.</value>
    public int MaxConcurrency { get; init; } = 4;

    /// <summary>Gets the maximum read capacity units that are consumed per second, on average.</summary>
    /// <value>Above 0. The default is <see langword="null"/>: no limit.</value>
    public double? ReadUnitsPerSecond { get; init; }

    /// <summary>Gets the maximum write capacity units that are consumed per second, on average.</summary>
    /// <value>Above 0. The default is <see langword="null"/>: no limit.</value>
    public double? WriteUnitsPerSecond { get; init; }

    /// <summary>Gets the maximum number of poison items, which are left unchanged, recorded, and reported in the result.</summary>
    /// <value>0 to 1,000. The default is 0: the first one ends the migration.</value>
    public int MaxPoisonItems { get; init; }

    internal void ThrowIfInvalid()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(TotalSegments, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(TotalSegments, 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(PageSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PageSize, 1000);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxConcurrency, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxConcurrency, 32);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxPoisonItems);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxPoisonItems, 1000);
        ThrowIfInvalid(ReadUnitsPerSecond, nameof(ReadUnitsPerSecond));
        ThrowIfInvalid(WriteUnitsPerSecond, nameof(WriteUnitsPerSecond));
    }

    private static void ThrowIfInvalid(double? rate, string name)
    {
        if (rate is not null && !(rate > 0 && double.IsFinite(rate.Value)))
            throw new ArgumentOutOfRangeException(name, rate, "The value must be above 0.");
    }
}

/// <summary>Represents the result of a backfill, over all its attempts.</summary>
/// <param name="Read">The number of items read.</param>
/// <param name="Changed">The number of items changed.</param>
/// <param name="Poison">The items that could not be changed.</param>
public sealed record BackfillResult(long Read, long Changed, IReadOnlyList<PoisonItem> Poison);

/// <summary>Represents an item that a backfill could not change.</summary>
/// <param name="Key">The key of the item.</param>
/// <param name="Error">The reason: the type of the exception, and its message if it is one of UserStore.</param>
public sealed record PoisonItem(IReadOnlyDictionary<string, AttributeValue> Key, string Error)
{
    /// <summary>Gets the key of another item that would become the same user in an import; <see langword="null"/> for other errors.</summary>
    public IReadOnlyDictionary<string, AttributeValue>? ConflictsWith { get; init; }

    /// <summary>Returns the error without the key, which may be an email.</summary>
    /// <returns>A string that is safe to log.</returns>
    public override string ToString() => Error;
}
