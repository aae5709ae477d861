namespace UserStore;

/// <summary>Specifies the billing mode of a table.</summary>
public enum TableBillingMode
{
    /// <summary>Pay per request; the capacity follows the load.</summary>
    OnDemand,

    /// <summary>Pay for provisioned capacity units.</summary>
    Provisioned,
}
