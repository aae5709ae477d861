namespace UserStore.Batching;

/// <summary>Observes the requests of one call, so that the caller can adapt its request rate.</summary>
internal interface IRequestObserver
{
    /// <summary>Handles that a request, or a part of it, is about to be sent again.</summary>
    void Retrying(bool isThrottled);

    /// <summary>Handles that a response reported consumed capacity units.</summary>
    void Consumed(double units);
}
