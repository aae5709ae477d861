using System.Diagnostics.CodeAnalysis;
using UserStore.Modeling;

namespace UserStore.Preparation;

/// <summary>A validated patch, with its values as they are stored and with what the store adds to every write.</summary>
internal sealed record PreparedPatch(
    UserModel Model,
    UserKey Key,
    IReadOnlyList<PatchChange> Changes,
    long? ExpectedVersion,
    UserCondition? Condition,
    DateTimeOffset Now,
    string WriteId)
{
    /// <summary>Gets a value indicating whether the stored version is not a number, so that the patch starts with version 1.</summary>
    public bool ReplacesVersion { get; init; }

    /// <summary>Returns whether the patch changes a unique value, or the scope of one.</summary>
    public bool ChangesUniqueValue => Changes.Any(change => Model.UniqueValues.Any(
        unique => unique.Property == change.Property || unique.Scope == change.Property));

    /// <summary>Returns whether the patch sets a property.</summary>
    public bool Sets(MappedProperty property) => Changes.Any(change => change.Property == property && change.Action == PatchAction.Set);

    /// <summary>Returns the stored value of a property after this patch; null if there is none.</summary>
    /// <param name="property">The property.</param>
    /// <param name="patched">The user after the patch, whose properties have values also where nothing is stored.</param>
    /// <param name="before">Returns the stored value before the patch.</param>
    public StoredScalar? ScalarAfter(MappedProperty property, object patched, Func<MappedProperty, StoredScalar?> before)
        => Changes.FirstOrDefault(change => change.Property == property) switch
        {
            null => before(property),
            { Action: PatchAction.Remove } => null,
            _ => property.ScalarOf(patched),
        };

    /// <summary>Returns a user after this patch, to which its revision is still to be attached.</summary>
    /// <param name="user">The user as it is stored.</param>
    /// <param name="isStored">Returns whether the attribute of a property is stored.</param>
    /// <exception cref="InvalidUserException">A sum leaves the range of its property.</exception>
    public TUser ApplyTo<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TUser>(
        TUser user, Func<MappedProperty, bool> isStored)
        where TUser : class
    {
        var roles = new UserRoleValues(Model);
        TUser patched = UserCopier.Copy(user);
        UserRoleValues.SetTime(Model.UpdatedAt, patched, Now);
        roles.SetVersion(patched, (roles.VersionOf(user) ?? 0) + 1);
        object defaults = Model.NewDefaults();
        foreach (PatchChange change in Changes)
        {
            // A removed attribute reads as the default of the property.
            if (change.Property.IsWrittenOnce && isStored(change.Property))
                continue;
            change.Property.SetValue(patched, change.Action == PatchAction.Remove
                ? change.Property.GetValue(defaults)
                : change.Apply(isStored(change.Property) ? change.Property.GetValue(user) : null));
        }

        return patched;
    }

    /// <summary>Returns the patch that sets the values which this one produces. Sums remain increments: they can have more digits than the
    /// property.</summary>
    public PreparedPatch SettingValuesOf(object patched) => this with
    {
        Changes = [.. Changes.Select(change => change.Action is PatchAction.Remove or PatchAction.Increment
            ? change
            : change with { Action = PatchAction.Set, Value = change.Property.GetValue(patched) })],
    };
}
