namespace UserStore.Replication;

/// <summary>Says where users are replicated to.</summary>
public sealed class UserReplicationOptions
{
    /// <summary>Gets or sets the target table, without the prefix of the store.</summary>
    /// <value>With the prefix 3 to 255 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. The default is <see langword="null"/>: as
    /// <c>[DynamoDBTable]</c> on the view says.</value>
    public string? TargetTable { get; set; }

    /// <summary>Gets or sets the table of the guards, without the prefix of the store. Targets never share it.</summary>
    /// <value>With the prefix 3 to 255 letters, digits, <c>_</c>, <c>.</c> and <c>-</c>. The default is <see langword="null"/>: the name of the
    /// target table followed by <c>Guards</c>.</value>
    public string? GuardTable { get; set; }

    /// <summary>Gets or sets how long it is remembered that a user was removed, so that late records do not bring it back.</summary>
    /// <value>2 to 365 days. The default is 7 days. A stream keeps records for 24 hours, and DynamoDB removes what has expired within
    /// days.</value>
    public TimeSpan RemovedUserRetention { get; set; } = TimeSpan.FromDays(7);
}
