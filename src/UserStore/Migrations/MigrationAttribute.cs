namespace UserStore.Migrations;

/// <summary>Specifies the id of a class derived from <see cref="Migration"/>.</summary>
/// <param name="id">The id; see <see cref="Migration.Id"/>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class MigrationAttribute(string id) : Attribute
{
    /// <summary>Gets the id.</summary>
    public string Id => id;

    /// <summary>Gets or sets the description of the migration, for people.</summary>
    public string? Description { get; set; }

    /// <summary>Gets or sets the revision; see <see cref="Migration.Revision"/>.</summary>
    public string? Revision { get; set; }

    /// <summary>Gets or sets what the next run does if an attempt was interrupted; see <see cref="Migration.InterruptionPolicy"/>.</summary>
    public InterruptionPolicy InterruptionPolicy { get; set; }
}
