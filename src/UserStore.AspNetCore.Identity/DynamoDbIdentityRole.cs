using System.Globalization;
using Amazon.DynamoDBv2.DataModel;

namespace UserStore.AspNetCore.Identity;

/// <summary>A role of ASP.NET Core Identity with a string as its id. Derive from it to add properties.</summary>
public class DynamoDbIdentityRole : DynamoDbIdentityRole<string>
{
    /// <summary>Initializes a new instance of the <see cref="DynamoDbIdentityRole"/> class with a new id.</summary>
    public DynamoDbIdentityRole() => Id = Guid.CreateVersion7().ToString();

    /// <summary>Initializes a new instance of the <see cref="DynamoDbIdentityRole"/> class with a new id.</summary>
    /// <param name="name">The name.</param>
    public DynamoDbIdentityRole(string name)
        : this() => Name = name;
}

/// <summary>A role of ASP.NET Core Identity. Derive from it to add properties.</summary>
/// <typeparam name="TKey">The type of the id: a string or a <see cref="Guid"/>.</typeparam>
/// <remarks>Users have the id of a role, so a role can be renamed. A role that is deleted is no longer a role of any user, although their items
/// contain its id until they are saved without it.</remarks>
[DynamoDBTable("IdentityRoles")]
public class DynamoDbIdentityRole<TKey>
    where TKey : IEquatable<TKey>
{
    /// <summary>Gets or sets the id. A create gives an id to a role that has none.</summary>
    [DynamoDBHashKey("id")]
    public TKey Id { get; set; } = default!;

    /// <summary>Gets or sets the name.</summary>
    [DynamoDBProperty("name")]
    public string? Name { get; set; }

    /// <summary>Gets or sets the normalized name, which is unique.</summary>
    [DynamoDBProperty("normalized_name")]
    [Unique("role-name")]
    public string? NormalizedName { get; set; }

    /// <summary>Gets or sets the claims, which each user with the role has.</summary>
    [DynamoDBProperty("claims")]
    public List<IdentityClaim>? Claims { get; set; }

    /// <summary>Gets or sets the number of writes; <see langword="null"/> for a role that is not stored.</summary>
    [DynamoDBVersion("version")]
    public long? Version { get; set; }

    /// <summary>Gets or sets a value that identifies the stored revision of the role. It changes with every write, and a role with another one than
    /// is stored is not written.</summary>
    [DynamoDBIgnore]
    public string? ConcurrencyStamp
    {
        get => Revision?.ToString();
        set
        {
            if (value != ConcurrencyStamp)
                Revision = value is null ? null : UserRevision.Parse(value) ?? IdentityRevision.Other;
        }
    }

    [DynamoDBIgnore]
    [Revision]
    internal UserRevision? Revision { get; set; }

    /// <summary>Returns the id.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{GetType().Name} {Id}");
}
