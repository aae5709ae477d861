namespace UserStore.Replication;

/// <summary>Specifies the tables to which users are replicated.</summary>
public sealed class UserReplicationOptions
{
    /// <summary>Gets or sets the target table, without the prefix of the store.</summary>
    /// <value>With the prefix 3 to 255 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. The default is <see langword="null"/>: the
    /// name in <c>[DynamoDBTable]</c> on the view.</value>
    public string? TargetTable { get; set; }

    /// <summary>Gets or sets the table of the guards, without the prefix of the store. Targets must not share it.</summary>
    /// <value>With the prefix 3 to 255 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. The default is <see langword="null"/>: the name of the
    /// target table followed by <c>Guards</c>.</value>
    public string? GuardTable { get; set; }

    /// <summary>Gets or sets how long the guard of a deleted user is kept. Late records of the user are recognized by it; afterwards, each of them
    /// costs reads of the source, which has the same result.</summary>
    /// <value>2 to 365 days. The default is 7 days. A stream keeps records for 24 hours, and DynamoDB deletes expired items within
    /// days.</value>
    public TimeSpan RemovedUserRetention { get; set; } = TimeSpan.FromDays(7);
}
