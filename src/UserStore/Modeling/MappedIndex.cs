namespace UserStore.Modeling;

/// <summary>Represents an index of an annotated type, with the name that the attributes specify, or the table itself.</summary>
internal sealed record MappedIndex(string Name, MappedProperty PartitionKey, MappedProperty? SortKey)
{
    /// <summary>Gets a value indicating whether the index has the partition key of the table, and is created with the table only.</summary>
    public bool IsLocal { get; init; }

    /// <summary>Gets a value indicating whether this is the table itself.</summary>
    public bool IsTable { get; init; }
}

/// <summary>Represents a property that is a key of indexes.</summary>
/// <param name="Property">The property.</param>
/// <param name="MaxBytes">The maximum length that is valid in all of the indexes.</param>
internal sealed record IndexKey(MappedProperty Property, int MaxBytes)
{
    /// <summary>Returns the keys of indexes, each once, with the lowest of its limits.</summary>
    public static IEnumerable<IndexKey> Of(IEnumerable<MappedIndex> indexes)
    {
        MappedIndex[] all = [.. indexes];
        IEnumerable<IndexKey> partitionKeys = all.Where(index => !index.IsLocal)
            .Select(index => new IndexKey(index.PartitionKey, UserRules.MaxPartitionKeyBytes));
        IEnumerable<IndexKey> sortKeys = all.Where(index => index.SortKey is not null)
            .Select(index => new IndexKey(index.SortKey!, UserRules.MaxSortKeyBytes));
        return partitionKeys.Concat(sortKeys).GroupBy(key => key.Property, (_, keys) => keys.MinBy(key => key.MaxBytes)!);
    }
}
