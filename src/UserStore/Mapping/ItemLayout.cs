using UserStore.Modeling;

namespace UserStore.Mapping;

/// <summary>The attributes of a user's item by position: those of the mapping, and after them those in which the store remembers the last
/// writes.</summary>
internal sealed class ItemLayout
{
    private readonly int[] _slots;

    /// <param name="model">The model.</param>
    /// <param name="attributes">The attributes of the mapping, in order.</param>
    /// <param name="keepsKey">Whether the stored key is kept beside the user, whose setters may change it.</param>
    public ItemLayout(UserModel model, IReadOnlyList<string> attributes, bool keepsKey)
    {
        Count = attributes.Count;
        Names = new AttributeNames([.. attributes, model.WriteIds[0], model.BirthId, model.Restricted]);
        Version = PositionOf(model.Version);
        ExpiresAt = PositionOf(model.ExpiresAt);
        MappedProperty[] keys = keepsKey ? [.. model.Key.Parts.Select(part => part.Property)] : [];
        MappedProperty[] kept = [.. model.ReservedProperties.Union(model.Discriminators.Select(discriminator => discriminator.Property)).Union(keys)];
        KeptCount = kept.Length;
        _slots = [.. attributes.Select(attribute => Array.FindIndex(kept, property => property.AttributeName == attribute))];
        Reserved = [.. model.ReservedProperties.Select(property => Array.IndexOf(kept, property))];
        Discriminators = [.. model.Discriminators.Select(discriminator => Array.IndexOf(kept, discriminator.Property))];
        Keys = [.. keys.Select(property => Array.IndexOf(kept, property))];

        int PositionOf(MappedProperty? property) => property is null ? -1 : attributes.ToList().IndexOf(property.AttributeName);
    }

    public AttributeNames Names { get; }

    /// <summary>Gets the number of attributes of the mapping.</summary>
    public int Count { get; }

    public int Version { get; }

    public int ExpiresAt { get; }

    /// <summary>Gets the number of attributes whose stored values are kept beside the user.</summary>
    public int KeptCount { get; }

    /// <summary>Gets the slots of the kept values of the reserved properties, in the order of the model.</summary>
    public int[] Reserved { get; }

    /// <summary>Gets the slots of the kept values of the discriminators, in the order of the model.</summary>
    public int[] Discriminators { get; }

    /// <summary>Gets the slots of the kept values of the parts of the key; none if they are not kept.</summary>
    public int[] Keys { get; }

    /// <summary>Returns the slot in which the stored value of an attribute is kept, or -1.</summary>
    public int SlotOf(int attribute) => _slots[attribute];
}
