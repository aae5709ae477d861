namespace UserStore;

/// <summary>Marks a string, or a <see cref="HashSet{T}"/> of strings by each of which users are found: any number of users can have the same.</summary>
/// <remarks>
/// <para>
/// No index of DynamoDB contains the elements of a set. So each string of each user has an entry in the table of reservations, written in the
/// transaction that writes the user, and <c>FindAllByAsync</c> queries an index of that table. A write that changes no such string costs nothing
/// more, while an index of the users' table costs each write as much as the table does.
/// </para>
/// <para>
/// All entries of one string are in one partition of that index, to which DynamoDB writes at most 1,000 entries a second; Amazon DynamoDB Developer
/// Guide, "Best practices for designing and using partition keys effectively".
/// </para>
/// </remarks>
/// <param name="name">The name of the values in the table of reservations, such as <c>role</c>: 1 to 255 characters. It must not be changed while
/// users have values; the property can be renamed.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class IndexedAttribute(string name) : Attribute
{
    /// <summary>Gets the name of the values in the table of reservations.</summary>
    public string Name { get; } = name;

    /// <summary>Gets or sets how values are normalized before they are stored and looked up.</summary>
    /// <value>The default is <see cref="UniqueValueNormalization.None"/>. <see cref="UserStoreOptions.Normalizers"/> can replace it.</value>
    public UniqueValueNormalization Normalization { get; set; }
}
