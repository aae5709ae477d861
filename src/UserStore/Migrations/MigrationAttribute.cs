namespace UserStore.Migrations;

/// <summary>Gives a class derived from <see cref="Migration"/> its id.</summary>
/// <param name="id">The id; see <see cref="Migration.Id"/>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class MigrationAttribute(string id) : Attribute
{
    /// <summary>Gets the id.</summary>
    public string Id => id;

    /// <summary>Gets or sets what the migration does, for people.</summary>
    public string? Description { get; set; }

    /// <summary>Gets or sets the revision; see <see cref="Migration.Revision"/>.</summary>
    public string? Revision { get; set; }
}
