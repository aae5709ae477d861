namespace UserStore;

/// <summary>Specifies what a table's stream records for each change.</summary>
public enum TableStreamViewType
{
    /// <summary>There is no stream.</summary>
    None,

    /// <summary>The key of the changed item.</summary>
    KeysOnly,

    /// <summary>The item after the change.</summary>
    NewImage,

    /// <summary>The item before the change.</summary>
    OldImage,

    /// <summary>The item before and after the change.</summary>
    NewAndOldImages,
}
