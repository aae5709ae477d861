namespace UserStore.Schema;

/// <summary>Specifies where the tables are, and which parts of the library are used besides the store.</summary>
public sealed class UserStorePolicyOptions
{
    /// <summary>Gets or sets the AWS account of the tables.</summary>
    /// <value>12 digits.</value>
    public required string AccountId { get; set; }

    /// <summary>Gets or sets the AWS region of the tables.</summary>
    /// <value>Such as <c>eu-central-1</c>.</value>
    public required string Region { get; set; }

    /// <summary>Gets or sets the AWS partition.</summary>
    /// <value><c>aws</c>, <c>aws-cn</c> or <c>aws-us-gov</c>. The default is <c>aws</c>.</value>
    public string Partition { get; set; } = "aws";

    /// <summary>Gets or sets the tables of migrations, as <see cref="UserStoreSchema.MigrationTables"/> returns them.</summary>
    /// <value>Required for <see cref="UserStoreRole.Migrations"/>. With <see cref="UserStoreRole.ReadOnly"/> and
    /// <see cref="UserStoreRole.ReadWrite"/> they allow the health check to read the journal. The default is <see langword="null"/>.</value>
    public MigrationDefinition? Migrations { get; set; }

    /// <summary>Gets the replications, as <see cref="UserStoreSchema.ReplicationTo{TView}"/> returns them.</summary>
    /// <value>At least one for <see cref="UserStoreRole.Replication"/>, unless <see cref="ReservationCleanup"/> is <see langword="true"/>.
    /// <see cref="UserStoreRole.Migrations"/> may create their tables.</value>
    public IList<ReplicationDefinition> Replications { get; } = [];

    /// <summary>Gets the full names of the external tables that migrations import; they are only read.</summary>
    public IList<string> ImportedTables { get; } = [];

    /// <summary>Gets or sets a value indicating whether <see cref="UserStoreRole.Migrations"/> can delete tables: to undo their creation, or to
    /// delete the journal.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool AllowTableDeletion { get; set; }

    /// <summary>Gets or sets a value indicating whether <see cref="UserStoreRole.Replication"/> can release the values of users that expire, as
    /// <c>AddReservationCleanup</c> does.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool ReservationCleanup { get; set; }
}
