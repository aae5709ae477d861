namespace UserStore;

/// <summary>Says in which order of the sort key a query returns its users.</summary>
public enum QueryDirection
{
    /// <summary>Smallest or oldest sort key first. The default.</summary>
    Ascending,

    /// <summary>Greatest or newest sort key first.</summary>
    Descending,
}
