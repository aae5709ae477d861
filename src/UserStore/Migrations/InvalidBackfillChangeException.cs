namespace UserStore.Migrations;

/// <summary>Thrown for an item that a backfill cannot change as its transform wants: the transform changes a key or a reserved email, or more
/// attributes than DynamoDB changes at once. Nothing was written.</summary>
public sealed class InvalidBackfillChangeException : UserStoreException
{
    /// <summary>Initializes a new instance of the <see cref="InvalidBackfillChangeException"/> class.</summary>
    /// <param name="problem">The problem and its remedy, as the rest of a sentence.</param>
    public InvalidBackfillChangeException(string problem)
        : base($"The transform {problem}", null)
    {
    }
}
