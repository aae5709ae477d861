namespace UserStore.Testing;

/// <summary>Specifies how <see cref="LocalDynamoDb"/> starts its server.</summary>
public sealed class LocalDynamoDbOptions
{
    /// <summary>Gets or sets the path of the file that stores the data of the server, so that the data remains after the server stops.</summary>
    /// <value>A path; missing folders and a missing file are created. The default is <see langword="null"/>: the data is kept in memory. The file
    /// is a SQLite database, next to which files with the same name and the suffixes <c>-wal</c>, <c>-shm</c> and <c>.lock</c> can occur. Ignored
    /// if <c>DYNAMODB_ENDPOINT</c> or the configuration of the AWS SDK specifies a server.</value>
    public string? DataFile { get; set; }
}
