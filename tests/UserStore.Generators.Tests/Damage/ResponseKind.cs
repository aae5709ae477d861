namespace UserStore.Generators.Tests.Damage;

/// <summary>The responses that have users.</summary>
public enum ResponseKind
{
    /// <summary>Of a read by key.</summary>
    Get,

    /// <summary>Of an update that returns the user.</summary>
    Update,

    /// <summary>Of a query or scan.</summary>
    Page,

    /// <summary>Of a batch of reads.</summary>
    Batch,

    /// <summary>Of a write whose condition failed.</summary>
    Refusal,
}
