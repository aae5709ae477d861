namespace UserStore;

/// <summary>Specifies the table class of a table: what storage costs in relation to reads and writes.</summary>
public enum TableStorageClass
{
    /// <summary>DynamoDB Standard: for most tables.</summary>
    Standard,

    /// <summary>DynamoDB Standard-Infrequent Access: storage costs less, reads and writes cost more.</summary>
    StandardInfrequentAccess,
}
